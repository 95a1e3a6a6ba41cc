// SPDX-License-Identifier: Apache-2.0
//
// Follows Normalizer::Normalize of sentencepiece 0.1.97.

#include "media/tokenizers/PieceNormalizer.h"

#include "media/text/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::text {

PieceNormalizer::PieceNormalizer(const PieceModel &model, std::string_view name)
    : addsDummyPrefix(model.addsDummyPrefix), removesExtraBlanks(model.removesExtraBlanks),
      marksBlankBehind(model.marksBlankBehind), mark(model.escapesBlanks ? blankMark : " ") {
  if (!model.replacements.empty())
    rules = ReplacementRules(model.replacements, fmt::format("{}: precompiled_charsmap", name));
  for (const PieceModel::Piece &piece : model.pieces)
    if (piece.kind == PieceModel::Kind::UserDefined)
      userDefined.add(piece.text);
}

PieceNormalizer::Step PieceNormalizer::step(std::string_view text) const {
  if (size_t length = userDefined.matchAt(text); length > 0)
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
