// SPDX-License-Identifier: Apache-2.0
//
// The tokens of a vocabulary file in both directions.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_VOCABULARY_H
#define TRANSEPT_MEDIA_TOKENIZERS_VOCABULARY_H

#include <cstdint>
#include <functional>
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

class Vocabulary {
public:
  Vocabulary() = default;
  explicit Vocabulary(TokenIds tokens);
  Vocabulary(Vocabulary &&) = default;
  Vocabulary &operator=(Vocabulary &&) = default;

  /// -1 for a text that is no token.
  int32_t idOf(std::string_view token) const;
  /// Null where no token has that id; of several tokens with one id any.
  const std::string *tokenOf(int32_t id) const;
  /// The token as decoding takes it: empty where there is none.
  std::string pieceOf(int32_t id) const;
  /// -1 without tokens.
  int32_t highestId() const { return highest; }
  size_t size() const { return ids.size(); }

private:
  TokenIds ids;
  /// Into the keys of `ids`, which stay where they are.
  std::unordered_map<int32_t, const std::string *> tokens;
  int32_t highest = -1;
};

} // namespace transept::text

#endif
