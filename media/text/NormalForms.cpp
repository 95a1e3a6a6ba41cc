// SPDX-License-Identifier: Apache-2.0
//
// Unicode's normal forms (UAX #15) and grapheme clusters (UAX #29), equal to utf8proc's.

#include "media/text/Characters.h"

#include "media/text/CharacterTables.h"

#include <algorithm>
#include <optional>

namespace transept::text {

namespace {

constexpr char32_t firstL = 0x1100, firstV = 0x1161, firstT = 0x11a7, firstSyllable = 0xac00;
constexpr char32_t countL = 19, countV = 21, countT = 28, countSyllables = countL * countV * countT;

struct Mark {
  char32_t character;
  uint8_t combiningClass;
};

class Decomposer {
public:
  Decomposer(std::string_view text, bool isCompatible) : isCompatible(isCompatible) {
    characters.reserve(text.size());
    for (size_t position = 0; position < text.size();)
      add(nextCharacter(text, position));
    sortMarks();
  }

  std::vector<Mark> characters;

private:
  void add(char32_t character) {
    if (character < 0x80 || isCommonIdeograph(character))
      return characters.push_back({character, 0});
    if (char32_t index = character - firstSyllable; index < countSyllables) {
      characters.push_back({firstL + index / (countV * countT), 0});
      characters.push_back({firstV + index % (countV * countT) / countT, 0});
      if (index % countT != 0)
        characters.push_back({firstT + index % countT, 0});
      return;
    }
    auto mapped = isCompatible ? mappedText(character, CharacterMap::Compatible) : std::nullopt;
    if (!mapped)
      mapped = mappedText(character, CharacterMap::Canonical);
    if (!mapped)
      return characters.push_back({character, kindOf(character).combiningClass});
    for (size_t position = 0; position < mapped->size();) {
      char32_t part = nextCharacter(*mapped, position);
      characters.push_back({part, kindOf(part).combiningClass});
    }
  }

  void sortMarks() {
    auto isMark = [](const Mark &each) { return each.combiningClass != 0; };
    for (auto begin = characters.begin(); begin != characters.end();) {
      begin = std::find_if(begin, characters.end(), isMark);
      auto end = std::find_if_not(begin, characters.end(), isMark);
      std::stable_sort(begin, end, [](const Mark &left, const Mark &right) {
        return left.combiningClass < right.combiningClass;
      });
      begin = end;
    }
  }

  bool isCompatible;
};

std::optional<char32_t> composed(char32_t first, char32_t second) {
  if (first - firstL < countL && second - firstV < countV)
    return firstSyllable + ((first - firstL) * countV + (second - firstV)) * countT;
  if (first - firstSyllable < countSyllables && (first - firstSyllable) % countT == 0 &&
      second - firstT - 1 < countT - 1)
    return first + (second - firstT);
  return composition(first, second);
}

void compose(std::vector<Mark> &characters) {
  constexpr size_t none = SIZE_MAX;
  size_t kept = 0, starter = none;
  for (const Mark each : characters) {
    // What lies between must be of lower classes, and no other starter.
    bool isNext = starter != none && kept == starter + 1;
    bool isReachable =
        starter != none && (isNext || characters[kept - 1].combiningClass < each.combiningClass);
    if (isReachable)
      if (auto both = composed(characters[starter].character, each.character)) {
        characters[starter].character = *both;
        continue;
      }
    if (each.combiningClass == 0)
      starter = kept;
    characters[kept++] = each;
  }
  characters.resize(kept);
}

/// Where no character of a text can change or join another in form C, found without a table.
bool isPlain(std::string_view text, NormalForm form) {
  for (size_t position = 0; position < text.size();) {
    const char32_t character = nextCharacter(text, position);
    auto isIn = [&](char32_t first, char32_t last) {
      return character >= first && character <= last;
    };
    if (character < 0x80)
      continue;
    if (form != NormalForm::C ||
        !(character < 0x300 || isIn(0x400, 0x482) || isIn(0x2010, 0x2027) || isIn(0x3001, 0x3029) ||
          isIn(0x3041, 0x3096) || isIn(0x309d, 0x30ff) || isIn(0x4e00, 0x9fff) ||
          isIn(0xac00, 0xd7a3) || isIn(0xff01, 0xff60)))
      return false;
  }
  return true;
}

// utf8proc's numbers of Grapheme_Cluster_Break.
enum Boundary {
  Start,
  Other,
  CR,
  LF,
  Control,
  Extend,
  L,
  V,
  T,
  LV,
  LVT,
  RegionalIndicator,
  SpacingMark,
  Prepend,
  ZWJ,
  ExtendedPictographic = 19,
  PictographicZWJ = 20
};

bool isBoundary(int left, int right) {
  if (left == Start)
    return true;
  if (left == CR && right == LF)
    return false;
  if ((left >= CR && left <= Control) || (right >= CR && right <= Control))
    return true;
  if (left == L && (right == L || right == V || right == LV || right == LVT))
    return false;
  if ((left == LV || left == V) && (right == V || right == T))
    return false;
  if ((left == LVT || left == T) && right == T)
    return false;
  return !(right == Extend || right == ZWJ || right == SpacingMark || left == Prepend ||
           (left == PictographicZWJ && right == ExtendedPictographic) ||
           (left == RegionalIndicator && right == RegionalIndicator));
}

/// What stands left of the next character, for rules that look further back.
int boundaryBehind(int left, int right) {
  if (left == right && right == RegionalIndicator)
    return Other;
  if (left == ExtendedPictographic && right == Extend)
    return ExtendedPictographic;
  return left == ExtendedPictographic && right == ZWJ ? int(PictographicZWJ) : right;
}

} // namespace

std::string normalize(std::string_view text, NormalForm form) {
  if (isPlain(text, form))
    return std::string(text);
  bool composes = form == NormalForm::C || form == NormalForm::KC;
  Decomposer decomposer(text, form == NormalForm::KC || form == NormalForm::KD);
  if (composes)
    compose(decomposer.characters);
  std::string result;
  result.reserve(text.size());
  for (const Mark &each : decomposer.characters)
    append(result, each.character);
  return result;
}

std::vector<size_t> graphemeEnds(std::string_view text) {
  std::vector<size_t> ends;
  int left = Start;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    int right = kindOf(nextCharacter(text, position)).boundary;
    if (begin == 0) {
      left = right;
      continue;
    }
    if (isBoundary(left, right))
      ends.push_back(begin);
    left = boundaryBehind(left, right);
  }
  if (!text.empty())
    ends.push_back(text.size());
  return ends;
}

} // namespace transept::text
