// SPDX-License-Identifier: Apache-2.0
//
// A pair is hashed to one bit of at least eight for each pair, so that about an eighth of the other
// pairs seems to occur; then a text stays together where it need not.

#include "media/tokenizers/Joints.h"

#include <algorithm>
#include <bit>

namespace transept::text {

namespace {

constexpr size_t longestCharacter = 4, bitsOfAPair = 8, bitsOfAWord = 64;

bool beginsCharacter(char c) {
  return (c & 0xc0) != 0x80;
}

size_t characterEnd(std::string_view text, size_t begin) {
  size_t end = begin + 1;
  while (end < text.size() && !beginsCharacter(text[end]))
    ++end;
  return end;
}

/// Whether it is as long as the first byte announces.
bool isWhole(std::string_view character) {
  auto lead = static_cast<unsigned char>(character.front());
  size_t length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return character.size() == length;
}

uint32_t numberOf(std::string_view character) {
  uint32_t number = 0;
  for (char byte : character)
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

uint32_t hashOf(std::string_view left, std::string_view right) {
  uint64_t hash = (uint64_t(numberOf(left)) << 32 | numberOf(right)) * 0x9e3779b97f4a7c15;
  return uint32_t(hash >> 32);
}

} // namespace

Joints::Joints(std::span<const std::string_view> tokens) {
  std::vector<uint32_t> hashes;
  bool areCut = false;
  for (std::string_view token : tokens)
    for (size_t begin = 0, middle; begin < token.size(); begin = middle) {
      middle = characterEnd(token, begin);
      if (middle == token.size())
        break;
      std::string_view left = token.substr(begin, middle - begin),
                       right = token.substr(middle, characterEnd(token, middle) - middle);
      // No text has characters that are longer.
      if (left.size() > longestCharacter || right.size() > longestCharacter)
        continue;
      hashes.push_back(hashOf(left, right));
      areCut |= !isWhole(left) || !isWhole(right);
    }
  std::ranges::sort(hashes);
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  const size_t bits = std::bit_ceil(bitsOfAPair * std::max(hashes.size(), bitsOfAWord));
  std::vector<uint64_t> bitsOfAll(1 + bits / bitsOfAWord);
  bitsOfAll.front() = areCut ? 1 : 0;
  for (uint32_t hash : hashes)
    bitsOfAll[1 + hash % bits / bitsOfAWord] |= uint64_t(1) << hash % bitsOfAWord;
  filter = Table<uint64_t>(std::move(bitsOfAll));
}

bool Joints::contains(std::string_view left, std::string_view right) const {
  const uint32_t hash = hashOf(left, right);
  return filter[1 + (hash / bitsOfAWord & (std::bit_floor(filter.size() - 1) - 1))] >>
             hash % bitsOfAWord &
         1;
}

bool Joints::isJoined(std::string_view left, std::string_view right) const {
  if (!isWhole(left) || !isWhole(right) || contains(left, right))
    return true;
  if (filter[0] == 0)
    return false;
  for (size_t begin = 0; begin < left.size(); ++begin)
    for (size_t size = 1; size <= right.size(); ++size)
      if (contains(left.substr(begin), right.substr(0, size)))
        return true;
  return false;
}

size_t Joints::partLength(std::string_view text) const {
  if (filter.size() < 2)
    return text.size();
  size_t begin = 0, middle = characterEnd(text, 0);
  while (middle < text.size()) {
    const size_t end = characterEnd(text, middle);
    if (!isJoined(text.substr(begin, middle - begin), text.substr(middle, end - middle)))
      break;
    begin = middle;
    middle = end;
  }
  return middle;
}

} // namespace transept::text
