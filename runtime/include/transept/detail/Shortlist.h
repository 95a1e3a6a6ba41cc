// SPDX-License-Identifier: Apache-2.0
//
// A lexical shortlist: the tokens that a translation of a source is likely to be made of, in the
// binary format of docs/checkpoints.md. Of compiler and runtime.
#ifndef TRANSEPT_DETAIL_SHORTLIST_H
#define TRANSEPT_DETAIL_SHORTLIST_H

#include "transept/error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace transept::detail {

/// The file is a header of six numbers of 64 bits, where the list of each source token begins and
/// the last one ends (64 bits each), and the lists, ids of 32 bits. It must outlive the object.
class Shortlist {
public:
  /// Reads the header. `isShared`: ids mean the same in source and target, so that what is in a
  /// source may be in its translation. Throws Error.
  Shortlist(std::span<const std::byte> file, std::uint64_t targetVocabularySize, bool isShared)
      : vocabularySize(targetVocabularySize), isShared(isShared) {
    constexpr std::uint64_t magic = 0xF11A48D5013417F5;
    constexpr std::size_t headerBytes = 6 * sizeof(std::uint64_t);
    if (file.size() < headerBytes || numberAt<std::uint64_t>(file.data(), 0) != magic)
      fail("the shortlist does not begin as binary ones do");
    frequentCount = numberAt<std::uint64_t>(file.data(), 2);
    placeCount = numberAt<std::uint64_t>(file.data(), 4);
    idCount = numberAt<std::uint64_t>(file.data(), 5);
    std::uint64_t rest = file.size() - headerBytes;
    if (placeCount == 0 || placeCount > rest / 8 || idCount > rest / 4 ||
        placeCount * 8 + idCount * 4 != rest)
      fail("the shortlist has " + std::to_string(file.size()) + " bytes, but its header says " +
           std::to_string(placeCount) + " places and " + std::to_string(idCount) + " ids");
    places = file.data() + headerBytes;
    lists = places + placeCount * 8;
  }

  /// Throws Error where the lists are not one behind another, or hold what is no id.
  void check() const {
    for (std::uint64_t word = 0; word + 1 != placeCount; ++word)
      if (place(word) > place(word + 1))
        fail("the shortlist's list of token " + std::to_string(word) + " begins at " +
             std::to_string(place(word)) + ", but ends at " + std::to_string(place(word + 1)));
    if (place(placeCount - 1) != idCount)
      fail("the shortlist's last list ends at " + std::to_string(place(placeCount - 1)) +
           ", but must at " + std::to_string(idCount));
    for (std::uint64_t index = 0; index != idCount; ++index)
      if (id(index) >= vocabularySize)
        fail("the shortlist has id " + std::to_string(id(index)) + ", but ids are 0 to " +
             std::to_string(vocabularySize - 1));
  }

  /// The ids for a source, ascending and unique: frequent ones, those of each of its tokens, and a
  /// few more, up to a multiple of eight. Reads nothing outside of a file that check() refuses.
  std::vector<std::int32_t> idsFor(std::span<const std::int32_t> source) const {
    std::vector<bool> isIn(vocabularySize);
    std::fill_n(isIn.begin(), std::min(frequentCount, vocabularySize), true);
    for (std::int32_t word : source) {
      auto at = std::uint64_t(word);
      if (isShared && at < vocabularySize)
        isIn[at] = true;
      if (at >= placeCount - 1)
        continue;
      for (std::uint64_t index = place(at); index < std::min(place(at + 1), idCount); ++index)
        if (id(index) < vocabularySize)
          isIn[id(index)] = true;
    }
    auto count = std::uint64_t(std::count(isIn.begin(), isIn.end(), true));
    for (std::uint64_t more = frequentCount; more < vocabularySize && count % 8 != 0; ++more)
      if (!isIn[more]) {
        isIn[more] = true;
        ++count;
      }
    std::vector<std::int32_t> ids;
    ids.reserve(count);
    for (std::uint64_t each = 0; each != vocabularySize; ++each)
      if (isIn[each])
        ids.push_back(std::int32_t(each));
    return ids;
  }

private:
  [[noreturn]] static void fail(const std::string &message) {
    throw Error(ErrorCode::InvalidArgument, message);
  }

  /// Numbers need not lie where the processor wants them.
  template <typename Number> static Number numberAt(const std::byte *bytes, std::uint64_t index) {
    Number number;
    std::memcpy(&number, bytes + index * sizeof(Number), sizeof(Number));
    return number;
  }
  std::uint64_t place(std::uint64_t word) const { return numberAt<std::uint64_t>(places, word); }
  std::uint32_t id(std::uint64_t index) const { return numberAt<std::uint32_t>(lists, index); }

  const std::byte *places, *lists;
  std::uint64_t frequentCount = 0, placeCount = 0, idCount = 0, vocabularySize;
  bool isShared;
};

} // namespace transept::detail

#endif
