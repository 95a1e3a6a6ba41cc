// SPDX-License-Identifier: Apache-2.0
//
// Encoded once; what is too long and to be cut, twice.

#include "media/library/TextSources.h"

#include "base/Error.h"
#include "media/text/Sentences.h"
#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::media {

TextSources::TextSources(const transept_text &text, std::span<const transept_string> strings,
                         const transept_text_options &options)
    : GenerationSources(strings.size()), text(text), options(options) {
  if (text.table.source_feature_width != 0)
    throw Error(ErrorCode::Unsupported,
                fmt::format("{} reads no texts, but sounds or images", text.table.name));
  if (options.image_prompt)
    throw InputError("the image prompt is set, but is for images, not for texts");
  if (options.source_language)
    encoding.language = text.languageId("the source language", options.source_language);
  addEach("texts", options.skips_invalid != 0, [&](size_t index) {
    if (!strings[index].data && strings[index].size != 0)
      throw InputError("is null");
    add({strings[index].data, strings[index].size}, index);
  });
}

std::vector<transept_source_input> TextSources::inputsOf(std::span<const GenerationPiece> pieces) {
  std::vector<transept_source_input> inputs(pieces.size());
  for (size_t index = 0; !text.isDecoderAlone() && index < pieces.size(); ++index) {
    inputs[index].ids = pieces[index].ids.data();
    inputs[index].length = pieces[index].ids.size();
  }
  return inputs;
}

void TextSources::add(std::string_view string, size_t index) {
  // In most texts all bytes are UTF-8, and then there is no second one.
  if (std::string repaired = text::validUtf8(string); repaired != string)
    string = valid.emplace_back(std::move(repaired));
  if (options.splits_sentences == 0) {
    all.push_back({.index = index, .ids = read(string), .text = string});
    return;
  }
  size_t number = 0;
  for (const text::Sentence &sentence : text::splitSentences(string)) {
    if (sentence.text.empty())
      blanks[index] = sentence.gap;
    else
      all.push_back({.index = index,
                     .sentence = number,
                     .ids = readSentence(sentence.text, number),
                     .text = sentence.text,
                     .begin = size_t(sentence.text.data() - string.data()),
                     .gap = std::string(sentence.gap)});
    number += !sentence.text.empty();
  }
}

std::vector<int32_t> TextSources::readSentence(std::string_view sentence, size_t number) const {
  try {
    return read(sentence);
  } catch (const InputError &error) {
    throw InputError(fmt::format("sentence {} {}", number + 1, error.what()));
  }
}

std::vector<int32_t> TextSources::read(std::string_view string) const {
  const transept_model_table &table = text.table;
  bool isPrompt = text.isDecoderAlone();
  uint64_t limit = isPrompt ? table.maximum_target_length : table.maximum_source_length;
  auto vocabulary = int64_t(isPrompt ? table.target_vocabulary_size : table.source_vocabulary_size);
  std::vector<int32_t> ids = text.tokenizer->encode(string, encoding);
  size_t count = ids.size();
  if (count > limit && options.truncates) {
    text::EncodeOptions bounded = encoding;
    bounded.maximumLength = limit;
    ids = text.tokenizer->encode(string, bounded);
  }
  if (ids.empty())
    throw InputError("has no token, but must have one or more");
  if (ids.size() > limit)
    throw InputError(fmt::format("has {} tokens, but must have {} or fewer{}", count, limit,
                                 options.truncates ? "" : "; truncates cuts it"));
  auto wrong = std::ranges::find_if(ids, [&](int32_t id) { return id < 0 || id >= vocabulary; });
  if (wrong != ids.end())
    throw InputError(
        fmt::format("has the token {}, but ids of the model are below {}", *wrong, vocabulary));
  return ids;
}

} // namespace transept::media
