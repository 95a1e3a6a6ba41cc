// SPDX-License-Identifier: Apache-2.0
//
// What the converters of transformers 4.44 write into "pre_tokenizer".

#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/ByteLevel.h"
#include "media/tokenizers/WordPiece.h"
#include "media/tokenizers/tokenizer_json/Parts.h"

namespace transept::text {

namespace {

using Pieces = std::vector<Piece>;

/// Splits each piece; the parts are views of it, and empty ones disappear.
template <typename Split> Pieces splitEach(const Pieces &pieces, Split split) {
  Pieces result;
  for (const Piece &piece : pieces)
    for (std::string_view part : split(std::string_view(piece.text)))
      if (!part.empty())
        result.push_back({std::string(part), piece.isFirst && part.data() == piece.text.data()});
  return result;
}

/// The words between white space as Unicode, not Python, has it.
std::vector<std::string_view> splitAtWhiteSpace(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t position = 0; position < text.size();) {
    size_t at = position;
    if (!isWhiteSpace(nextCharacter(text, position)))
      continue;
    words.push_back(text.substr(begin, at - begin));
    begin = position;
  }
  words.push_back(text.substr(begin));
  return words;
}

PreTokenizer createSequence(const Fields &fields) {
  std::vector<PreTokenizer> steps;
  for (const Fields &each : fields.objects("pretokenizers"))
    steps.push_back(createPreTokenizer(each));
  return [steps](Pieces pieces) {
    for (const PreTokenizer &step : steps)
      pieces = step(std::move(pieces));
    return pieces;
  };
}

PreTokenizer createByteLevel(const Fields &fields) {
  bool addsBlank = fields.boolean("add_prefix_space", true);
  bool splits = fields.boolean("use_regex", true);
  return [=](Pieces pieces) {
    for (Piece &piece : pieces)
      if (addsBlank && !piece.text.starts_with(' '))
        piece.text.insert(0, 1, ' ');
    if (splits)
      pieces = splitEach(pieces, splitWords);
    for (Piece &piece : pieces)
      piece.text = bytesToCharacters(piece.text);
    return pieces;
  };
}

/// Each mark begins a part.
std::vector<std::string_view> splitBefore(std::string_view text, std::string_view mark) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  // From 1 on: a mark at the beginning begins the first part.
  for (size_t next = text.find(mark, 1); next != std::string_view::npos;
       next = text.find(mark, begin + 1)) {
    parts.push_back(text.substr(begin, next - begin));
    begin = next;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

PreTokenizer createMetaspace(const Fields &fields) {
  std::string mark = fields.text("replacement");
  if (mark.empty() || characterLength(mark, 0) != mark.size())
    fields.refuse("replacement", mark, "one character");
  std::string scheme = fields.text("prepend_scheme", "always");
  if (!fields.boolean("add_prefix_space", true))
    scheme = "never";
  if (scheme != "always" && scheme != "first" && scheme != "never")
    fields.refuse("prepend_scheme", scheme, "\"always\", \"first\" and \"never\"");
  bool splits = fields.boolean("split", true);
  return [=](Pieces pieces) {
    for (Piece &piece : pieces) {
      piece.text = replaceAll(piece.text, " ", mark);
      bool prepends = scheme == "always" || (scheme == "first" && piece.isFirst);
      if (prepends && !piece.text.starts_with(mark))
        piece.text.insert(0, mark);
    }
    return splits
               ? splitEach(pieces, [&](std::string_view text) { return splitBefore(text, mark); })
               : pieces;
  };
}

} // namespace

PreTokenizer createPreTokenizer(const Fields &fields) {
  std::string type = fields.text("type");
  if (type == "Sequence")
    return createSequence(fields);
  if (type == "ByteLevel")
    return createByteLevel(fields);
  if (type == "Metaspace")
    return createMetaspace(fields);
  if (type == "WhitespaceSplit")
    return [](const Pieces &pieces) { return splitEach(pieces, splitAtWhiteSpace); };
  if (type == "BertPreTokenizer")
    return [](const Pieces &pieces) {
      return splitEach(splitEach(pieces, splitAtWhiteSpace), splitAtPunctuation);
    };
  refuseType(fields, "Sequence, ByteLevel, Metaspace, WhitespaceSplit, BertPreTokenizer");
}

} // namespace transept::text
