// SPDX-License-Identifier: Apache-2.0
//
// A decoder alone has no source: its texts are the beginnings of targets.

#include "media/library/TextSources.h"

#include "base/Error.h"
#include "media/text/Sentences.h"
#include "media/text/Unicode.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::media {

TextSources::TextSources(const transept_text &text, std::span<const transept_string> strings,
                         const transept_text_options &options)
    : text(text), options(options), problems(strings.size()), blanks(strings.size()),
      areFilled(strings.size()) {
  if (options.source_language)
    encoding.language = text.languageId("the source language", options.source_language);
  for (size_t index = 0; index < strings.size(); ++index) {
    size_t before = all.size();
    try {
      if (!strings[index].data && strings[index].size != 0)
        throw InputError("is null");
      add({strings[index].data, strings[index].size}, index);
    } catch (const InputError &error) {
      if (!options.skips_invalid)
        throw InputError(fmt::format("texts[{}]: {}", index, error.what()));
      all.erase(all.begin() + ptrdiff_t(before), all.end());
      problems[index] = error.what();
    }
    areFilled[index] = all.size() > before;
  }
}

void TextSources::add(std::string_view string, size_t index) {
  auto kept = [&](std::string_view source) {
    return std::string(options.replaces_unknowns ? source : "");
  };
  if (!options.splits_sentences) {
    all.push_back({index, 0, read(string), "", kept(string)});
    return;
  }
  const std::string valid = text::validUtf8(string);
  size_t number = 0;
  for (const text::Sentence &sentence : text::splitSentences(valid)) {
    if (sentence.text.empty())
      blanks[index] = sentence.gap;
    else
      all.push_back({index, number, readSentence(sentence.text, number), std::string(sentence.gap),
                     kept(sentence.text)});
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
  bool isPrompt = table.source_vocabulary_size == 0;
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
