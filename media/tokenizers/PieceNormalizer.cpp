// SPDX-License-Identifier: Apache-2.0
//
// Follows Normalizer::Normalize of sentencepiece 0.1.97.

#include "media/tokenizers/PieceNormalizer.h"

#include "media/text/Unicode.h"

#include <algorithm>

namespace transept::text {

PieceNormalizer::PieceNormalizer(const PieceTable &table)
    : rules(table.rules), addsDummyPrefix(table.facts.addsDummyPrefix),
      removesExtraBlanks(table.facts.removesExtraBlanks),
      marksBlankBehind(table.facts.marksBlankBehind),
      mark(table.facts.escapesBlanks ? blankMark : " ") {
  for (int32_t id = 0; id < table.size(); ++id)
    if (table.kind(id) == PieceModel::Kind::UserDefined) {
      userDefined.add(std::string(table.text(id)));
      hasUserDefined = true;
    }
  for (int byte = '!'; byte < 0x80; ++byte) {
    bool isPlain = !userDefined.canBegin(static_cast<unsigned char>(byte));
    for (int second = 0; isPlain && second < 0x80; ++second)
      isPlain = !rules.anyBeginsWith(std::string{char(byte), char(second)});
    plain[size_t(byte)] = isPlain && !rules.shortest(std::string(1, char(byte)));
  }
  isBlankPlain = !userDefined.canBegin(' ') && !rules.anyBeginsWith(" ");
}

/// Bytes at the beginning that are plain, but for the last before another character.
size_t PieceNormalizer::plainLength(std::string_view text) const {
  size_t length = 0;
  while (length < text.size() && plain[static_cast<unsigned char>(text[length])])
    ++length;
  bool isFollowed = length < text.size() && static_cast<unsigned char>(text[length]) >= 0x80;
  return length - (isFollowed && length > 0 ? 1 : 0);
}

PieceNormalizer::Step PieceNormalizer::step(std::string_view text) const {
  if (size_t length = userDefinedAt(text); length > 0)
    return {text.substr(0, length), length};
  if (auto match = rules.longest(text))
    return {match->replacement, match->length};
  size_t length = validLength(text);
  return length > 0 ? Step{text.substr(0, length), length} : Step{"\xef\xbf\xbd", 1};
}

std::string PieceNormalizer::normalize(std::string_view text) const {
  std::string result;
  while (removesExtraBlanks && !text.empty()) {
    Step first = step(text);
    if (first.result != " ")
      break;
    text.remove_prefix(first.length);
  }
  if (text.empty())
    return result;
  result.reserve(text.size() + text.size() / 2);
  if (addsDummyPrefix && !marksBlankBehind)
    result += mark;
  bool isAfterBlank = removesExtraBlanks;
  while (!text.empty()) {
    if (size_t length = plainLength(text); length > 0) {
      result += text.substr(0, length);
      text.remove_prefix(length);
      isAfterBlank = false;
      if (isBlankPlain && text.size() > 1 && text[0] == ' ' && isPlain(text[1])) {
        result += mark;
        text.remove_prefix(1);
        isAfterBlank = removesExtraBlanks;
      }
      continue;
    }
    auto [part, length] = step(text);
    text.remove_prefix(length);
    while (isAfterBlank && part.starts_with(' '))
      part.remove_prefix(1);
    for (char c : part)
      if (c == ' ')
        result += mark;
      else
        result += c;
    if (!part.empty())
      isAfterBlank = part.ends_with(' ');
    isAfterBlank = isAfterBlank && removesExtraBlanks;
  }
  while (removesExtraBlanks && result.ends_with(mark))
    result.resize(result.size() - mark.size());
  if (addsDummyPrefix && marksBlankBehind)
    result += mark;
  return result;
}

} // namespace transept::text
