// SPDX-License-Identifier: Apache-2.0
//
// Byte-pair encoding: merges neighbouring symbols of a word, by rank. A heap of candidates over a
// linked list of symbols, so that a word of n symbols costs n log n.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BYTEPAIRS_H
#define TRANSEPT_MEDIA_TOKENIZERS_BYTEPAIRS_H

#include "media/tokenizers/Assets.h"
#include "media/tokenizers/Joints.h"
#include "media/tokenizers/Vocabulary.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

/// A part of a word: what it is, and its bytes behind those of the parts before it.
struct Symbol {
  int32_t id;
  uint32_t length;
};

class BytePairs {
public:
  /// What happens to a pair that a merge has made and that ranks below the merge: it has to wait
  /// until the rest of the merge's rank is done (the slow tokenizers), or it is next (the fast).
  enum class Order { WholeRank, OneByOne };

  explicit BytePairs(Order order) : order(order) {}
  /// A view of what bytes() gave.
  BytePairs(Order order, std::string_view bytes) : order(order), merges(bytes) {}
  std::string_view bytes() const { return merges.bytes(); }

  struct Merge {
    int32_t left, right, rank, merged;
  };
  /// Replaces all merges. A later one of the same pair replaces the earlier one.
  void set(const std::vector<Merge> &all);
  /// Negative ids are unknown symbols and never merge.
  void merge(std::vector<Symbol> &symbols) const;

private:
  std::optional<Merge> find(int32_t left, int32_t right) const;

  Order order;
  /// A hash table of a power of two of places, in which `merged` is -1 where there is none.
  Table<Merge> merges;
};

/// Merges of merges.txt over texts. Symbols need not be in any vocabulary.
class TextPairs {
public:
  /// What the merges are over: characters, or bytes that are written as such (ByteLevel.h).
  enum class Alphabet { Characters, Bytes };

  /// `merges` is a file, or what compile() gave, which stays where it is. `wordEnd` is part of a
  /// word's last symbol, such as "</w>". Lines that are no pair are ignored. Throws InputError.
  TextPairs(const Asset &merges, std::string wordEnd, Alphabet alphabet = Alphabet::Characters);
  std::string compile() const;
  /// Hands over the parts of a word of valid UTF-8, which are views of it; `isEnd` says whether the
  /// end of `word` is that of the word.
  void split(std::string_view word, const std::function<void(std::string_view)> &add,
             bool isEnd = true) const;
  /// Where words of the alphabet can be cut, and their parts split alone.
  const Joints &joints() const { return joined; }
  /// Hands over the results of all merges.
  void forEachResult(const std::function<void(std::string_view)> &use) const;

private:
  BytePairs pairs;
  /// Symbols by ids of their own, and which of them are results.
  Vocabulary symbols;
  Table<int32_t> results;
  Joints joined;
  std::string wordEnd;
};

} // namespace transept::text

#endif
