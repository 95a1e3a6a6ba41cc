// SPDX-License-Identifier: Apache-2.0
//
// Writes CharacterTables.inc when Transept is built: of utf8proc's tables only what Characters.cpp
// asks for, in less than half of the space, because they become a part of compiled libraries.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utf8proc.h>
#include <vector>

namespace {

using Character = utf8proc_int32_t;
constexpr Character characterLimit = 0x110000, blockSize = 256;

std::string encoded(const std::vector<Character> &characters) {
  std::string text;
  for (Character each : characters) {
    std::array<utf8proc_uint8_t, 4> bytes;
    auto size = utf8proc_encode_char(each, bytes.data());
    text.append(reinterpret_cast<const char *>(bytes.data()), size_t(size));
  }
  return text;
}

std::vector<Character> decomposed(Character character, int options) {
  std::array<Character, 64> buffer;
  int boundary = 0;
  auto count = utf8proc_decompose_char(character, buffer.data(), buffer.size(),
                                       static_cast<utf8proc_option_t>(options), &boundary);
  if (count < 0 || size_t(count) > buffer.size())
    return {character};
  return {buffer.begin(), buffer.begin() + count};
}

std::string composed(const std::string &text) {
  utf8proc_uint8_t *result = nullptr;
  auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()),
                           utf8proc_ssize_t(text.size()), &result,
                           static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::string normal(reinterpret_cast<const char *>(result), size > 0 ? size_t(size) : 0);
  std::free(result);
  return normal;
}

bool isHangul(Character character) {
  return character >= 0xac00 && character <= 0xd7a3;
}

bool isSurrogate(Character character) {
  return character >= 0xd800 && character <= 0xdfff;
}

/// The full upper case of a character is the upper case of its full case folding: ss for U+00DF.
std::vector<Character> upper(Character character) {
  std::vector<Character> folded = {character};
  if (utf8proc_category(character) != UTF8PROC_CATEGORY_LU)
    folded = decomposed(character, UTF8PROC_CASEFOLD);
  if (folded.size() < 2)
    return {utf8proc_toupper(character)};
  for (Character &each : folded)
    each = utf8proc_toupper(each);
  return folded;
}

std::vector<Character> lower(Character character) {
  if (character == 0x130) // the only one whose lower case is two characters, i and a dot above
    return {'i', 0x307};
  return {utf8proc_tolower(character)};
}

/// The texts that some characters become.
class Mapping {
public:
  explicit Mapping(const char *name) : name(name) {}

  void add(Character character, const std::vector<Character> &result) {
    if (result.size() == 1 && result.front() == character)
      return;
    texts[character] = encoded(result);
  }

  void print(std::string &pool) const {
    std::string offsets;
    std::printf("constexpr uint32_t %sKeys[] = {\n", name);
    for (const auto &[character, text] : texts) {
      size_t offset = pool.find(text);
      if (offset == std::string::npos) {
        offset = pool.size();
        pool += text;
      }
      if (offset > UINT16_MAX || text.size() > UINT8_MAX)
        std::exit(1);
      std::printf("%u,\n", uint32_t(character) << 8 | uint32_t(text.size()));
      offsets += std::to_string(offset) + ",\n";
    }
    std::printf("};\nconstexpr uint16_t %sOffsets[] = {\n%s};\n", name, offsets.c_str());
  }

private:
  const char *name;
  std::map<Character, std::string> texts;
};

void printProperties() {
  std::map<std::array<int, 3>, size_t> kinds;
  std::map<std::vector<size_t>, size_t> blocks;
  std::string first, second, list;
  for (Character begin = 0; begin < characterLimit; begin += blockSize) {
    std::vector<size_t> block;
    for (Character character = begin; character < begin + blockSize; ++character) {
      const utf8proc_property_t *property = utf8proc_get_property(character);
      std::array<int, 3> kind = {property->category, int(property->boundclass),
                                 property->combining_class};
      auto [place, isNew] = kinds.try_emplace(kind, kinds.size());
      if (isNew)
        list += "{" + std::to_string(kind[0]) + "," + std::to_string(kind[1]) + "," +
                std::to_string(kind[2]) + "},\n";
      block.push_back(place->second);
    }
    auto [place, isNew] = blocks.try_emplace(block, blocks.size());
    if (isNew)
      for (size_t each : block)
        second += std::to_string(each) + ",\n";
    first += std::to_string(place->second) + ",\n";
  }
  if (kinds.size() > 256)
    std::exit(1);
  std::printf("constexpr CharacterKind kinds[] = {\n%s};\n", list.c_str());
  std::printf("constexpr uint16_t blocks[] = {\n%s};\n", first.c_str());
  std::printf("constexpr uint8_t kindsOfBlocks[] = {\n%s};\n", second.c_str());
}

/// Pairs in ascending order that are one character in normal form C, but for Hangul.
void printCompositions() {
  std::map<std::array<Character, 2>, Character> pairs;
  for (Character character = 0; character < characterLimit; ++character) {
    std::vector<Character> parts = decomposed(character, UTF8PROC_DECOMPOSE);
    if (parts.size() < 2 || isHangul(character) || isSurrogate(character))
      continue;
    Character last = parts.back();
    parts.pop_back();
    std::string head = composed(encoded(parts));
    Character starter = 0;
    auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t *>(head.data()),
                                   utf8proc_ssize_t(head.size()), &starter);
    if (size_t(length) == head.size() && composed(encoded({starter, last})) == encoded({character}))
      pairs[{starter, last}] = character;
  }
  std::printf("constexpr Composition compositions[] = {\n");
  for (const auto &[pair, character] : pairs)
    std::printf("{%d,%d,%d},\n", pair[0], pair[1], character);
  std::printf("};\n");
}

} // namespace

int main() {
  Mapping canonical("canonical"), compatible("compatible"), lowered("lowered"), uppered("uppered");
  for (Character character = 0; character < characterLimit; ++character) {
    if (isHangul(character) || isSurrogate(character))
      continue;
    auto plain = decomposed(character, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    auto wide = decomposed(character, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    canonical.add(character, plain);
    if (wide != plain)
      compatible.add(character, wide);
    lowered.add(character, lower(character));
    uppered.add(character, upper(character));
  }
  std::string pool;
  for (const Mapping *each : {&compatible, &canonical, &uppered, &lowered})
    each->print(pool);
  std::printf("constexpr unsigned char pool[] = {\n");
  for (char byte : pool)
    std::printf("%u,\n", static_cast<unsigned char>(byte));
  std::printf("};\n");
  printProperties();
  printCompositions();
  return 0;
}
