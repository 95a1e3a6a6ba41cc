// SPDX-License-Identifier: Apache-2.0
//
// The tokens of a vocabulary file in both directions.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_VOCABULARY_H
#define TRANSEPT_MEDIA_TOKENIZERS_VOCABULARY_H

#include "media/tokenizers/Trie.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace transept::text {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using TokenIds = std::unordered_map<std::string, int32_t, StringHash, std::equal_to<>>;

/// The piece "<0x0A>" by which vocabularies with a fallback to bytes write one.
std::string bytePiece(unsigned char byte);

/// Texts one behind another.
class TextTable {
public:
  TextTable() = default;
  explicit TextTable(const std::vector<std::string_view> &texts);
  /// A view of ends() and texts().
  TextTable(std::string_view ends, std::string_view texts) : textEnds(ends), pool(texts) {}

  size_t size() const { return textEnds.size(); }
  /// `index` below size().
  std::string_view operator[](size_t index) const {
    size_t begin = index == 0 ? 0 : textEnds[index - 1], end = textEnds[index];
    return begin <= end && end <= pool.size() ? pool.bytes().substr(begin, end - begin)
                                              : std::string_view();
  }
  std::string_view ends() const { return textEnds.bytes(); }
  std::string_view texts() const { return pool.bytes(); }

private:
  Table<uint32_t> textEnds;
  Table<char> pool;
};

class Vocabulary {
public:
  Vocabulary() = default;
  explicit Vocabulary(const TokenIds &tokens);
  /// A view of what compile() gave, which names `name` in errors. Throws InputError.
  Vocabulary(std::string_view compiled, std::string_view name);
  std::string compile() const;

  /// -1 for a text that is no token.
  int32_t idOf(std::string_view token) const;
  /// Nothing where no token has that id; of several tokens with one id any.
  std::optional<std::string_view> tokenOf(int32_t id) const;
  /// The token as decoding takes it: empty where there is none.
  std::string pieceOf(int32_t id) const;
  /// -1 without tokens.
  int32_t highestId() const { return ids.size() > 0 ? ids[ids.size() - 1] : -1; }
  size_t size() const { return ids.size(); }

  /// For the tokens that a text begins with: their places, by which idAt gives ids.
  const Trie &trie() const { return places; }
  int32_t idAt(int32_t place) const { return size_t(place) < ids.size() ? ids[size_t(place)] : -1; }

private:
  /// By place: ids in ascending order, and the tokens.
  Table<int32_t> ids;
  TextTable tokens;
  Trie places; // from tokens
};

} // namespace transept::text

#endif
