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

/// The words between white space as Unicode, not Python, has it.
void splitAtWhiteSpace(std::string_view text, bool isFirst, const WordSink &add) {
  size_t begin = 0;
  auto addWord = [&](size_t end) {
    if (begin < end)
      add(text.substr(begin, end - begin), isFirst && begin == 0);
  };
  for (size_t position = 0; position < text.size();) {
    size_t at = position;
    if (!isWhiteSpace(nextCharacter(text, position)))
      continue;
    addWord(at);
    begin = position;
  }
  addWord(text.size());
}

void splitAtMarks(std::string_view text, bool isFirst, const WordSink &add) {
  for (std::string_view part : splitAtPunctuation(text))
    add(part, isFirst && part.data() == text.data());
}

PreTokenizer createSequence(const Fields &fields, bool isLast) {
  const std::vector<Fields> all = fields.objects("pretokenizers");
  PreTokenizer sequence{.split = [](std::string_view text, bool isFirst, const WordSink &add) {
    add(text, isFirst);
  }};
  for (size_t index = all.size(); index-- > 0;) {
    PreTokenizer step = createPreTokenizer(all[index], isLast && index + 1 == all.size());
    sequence.endsInBytes |= step.endsInBytes;
    if (index + 1 == all.size()) {
      sequence.split = std::move(step.split);
      continue;
    }
    sequence.split = [first = std::move(step.split), rest = std::move(sequence.split)](
                         std::string_view text, bool isFirst, const WordSink &add) {
      first(text, isFirst,
            [&](std::string_view word, bool isFirstWord) { rest(word, isFirstWord, add); });
    };
  }
  return sequence;
}

PreTokenizer createByteLevel(const Fields &fields, bool isLast) {
  bool addsBlank = fields.boolean("add_prefix_space", true);
  bool splits = fields.boolean("use_regex", true);
  auto split = [=](std::string_view text, bool isFirst, const WordSink &add) {
    std::string behindBlank;
    if (addsBlank && !text.starts_with(' '))
      text = (behindBlank = " ") += text;
    for (size_t length; !text.empty(); text.remove_prefix(length)) {
      length = splits ? wordLength(text) : text.size();
      std::string_view word = text.substr(0, length);
      if (isLast)
        add(word, isFirst);
      else
        add(bytesToCharacters(word), isFirst);
      isFirst = false;
    }
  };
  return {.split = split, .endsInBytes = isLast};
}

/// Each mark begins a part.
void splitBefore(std::string_view text, std::string_view mark, bool isFirst, const WordSink &add) {
  size_t begin = 0;
  // From 1 on: a mark at the beginning begins the first part.
  for (size_t next = text.find(mark, 1); next != std::string_view::npos;
       next = text.find(mark, begin + 1)) {
    add(text.substr(begin, next - begin), isFirst && begin == 0);
    begin = next;
  }
  if (begin < text.size())
    add(text.substr(begin), isFirst && begin == 0);
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
  return {.split = [=](std::string_view text, bool isFirst, const WordSink &add) {
    const bool prepends = (scheme == "always" || (scheme == "first" && isFirst)) &&
                          !text.starts_with(' ') && !text.starts_with(mark);
    const std::string marked = (prepends ? mark : "") + replaceAll(text, " ", mark);
    if (splits)
      splitBefore(marked, mark, isFirst, add);
    else if (!marked.empty())
      add(marked, isFirst);
  }};
}

} // namespace

PreTokenizer createPreTokenizer(const Fields &fields, bool isLast) {
  std::string type = fields.text("type");
  if (type == "Sequence")
    return createSequence(fields, isLast);
  if (type == "ByteLevel")
    return createByteLevel(fields, isLast);
  if (type == "Metaspace")
    return createMetaspace(fields);
  if (type == "WhitespaceSplit")
    return {.split = splitAtWhiteSpace};
  if (type == "BertPreTokenizer")
    return {.split = [](std::string_view text, bool isFirst, const WordSink &add) {
      splitAtWhiteSpace(text, isFirst, [&](std::string_view word, bool isFirstWord) {
        splitAtMarks(word, isFirstWord, add);
      });
    }};
  refuseType(fields, "Sequence, ByteLevel, Metaspace, WhitespaceSplit, BertPreTokenizer");
}

} // namespace transept::text
