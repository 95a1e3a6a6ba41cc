// SPDX-License-Identifier: Apache-2.0
//
// Finds added tokens in a text: the leftmost, there the longest.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_ADDEDTOKENS_H
#define TRANSEPT_MEDIA_TOKENIZERS_ADDEDTOKENS_H

#include <array>
#include <bitset>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace transept::text {

class AddedTokenMatcher {
public:
  /// Empty tokens are ignored.
  void add(const std::string &content);
  /// Bytes of the longest token at the beginning of `text`; 0 when there is none. Costs one look-up
  /// for each length that occurs among the tokens with that first byte, however many they are.
  size_t matchAt(std::string_view text) const;
  bool canBegin(unsigned char byte) const { return firsts[byte]; }
  /// Bytes at the beginning of `text` that begin no token.
  size_t skip(std::string_view text) const {
    size_t length = 0;
    while (length < text.size() && !mayBegin(text.substr(length)))
      ++length;
    return length;
  }

private:
  bool mayBegin(std::string_view text) const {
    auto byte = static_cast<unsigned char>(text.front());
    if (!firsts[byte])
      return false;
    if (text.size() < 3 || isShort[byte])
      return true;
    return beginnings[placeOf(text)];
  }
  /// Of the first three bytes.
  static size_t placeOf(std::string_view text) {
    uint32_t number = 0;
    for (size_t index = 0; index < 3; ++index)
      number = number << 8 | static_cast<unsigned char>(text[index]);
    return number * 0x9e3779b1u >> 16;
  }

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> tokens;
  /// The first bytes, those of tokens of less than three, and the first three.
  std::bitset<256> firsts, isShort;
  std::bitset<65536> beginnings;
  /// By first byte: the lengths that occur, longest first.
  std::array<std::vector<size_t>, 256> lengths;
};

} // namespace transept::text

#endif
