// SPDX-License-Identifier: Apache-2.0
//
// The C functions over texts: checks that only concern C, handles and memory in and out. This is
// the object that a generated library with a tokenizer refers to.

#include "base/Error.h"
#include "media/library/TextGeneration.h"
#include "media/library/TextSources.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/TokenText.h"
#include "runtime/base/GuardedCall.h"

#include <fmt/format.h>

namespace transept::media {
namespace {

using runtime::checkStructure;
using runtime::guarded;
using runtime::requirePointer;

/// Memory for a caller, to be given to release: never null.
template <typename Value> Value *allocate(size_t count) {
  void *memory = std::malloc(std::max<size_t>(1, count) * sizeof(Value));
  if (!memory)
    throw std::bad_alloc();
  return static_cast<Value *>(memory);
}

void refuseUnknownFlags(uint32_t flags, uint32_t known) {
  if ((flags & ~known) != 0)
    throw InputError(fmt::format("flags is {}, but must have no bits beside {}", flags, known));
}

transept_status openText(const transept_model_table *table, transept_model *model,
                         transept_text **text, char **message) {
  return guarded(message, [&] {
    requirePointer(table, "table");
    requirePointer(text, "text");
    *text = new transept_text(*table, model);
  });
}

void closeText(transept_text *text) {
  delete text;
}

transept_status tokenize(const transept_text *text, transept_string string,
                         const transept_tokenize_options *given, int32_t **ids, uint64_t *count,
                         char **message) {
  return guarded(message, [&] {
    requirePointer(text, "text");
    requirePointer(ids, "ids");
    requirePointer(count, "count");
    if (string.size != 0)
      requirePointer(string.data, "string.data");
    transept_tokenize_options options{};
    if (given) {
      checkStructure(*given, "options");
      options = *given;
    }
    refuseUnknownFlags(options.flags, TRANSEPT_TOKENIZE_TARGET | TRANSEPT_TOKENIZE_TEXT_ALONE);
    text::EncodeOptions encoding;
    encoding.addSpecialTokens = (options.flags & TRANSEPT_TOKENIZE_TEXT_ALONE) == 0;
    encoding.maximumLength = options.maximum_length;
    if (options.source_language)
      encoding.language = text->languageId("the source language", options.source_language);
    if (options.pair)
      encoding.second = options.pair;
    std::string_view view(string.size != 0 ? string.data : "", string.size);
    std::vector<int32_t> result = (options.flags & TRANSEPT_TOKENIZE_TARGET) != 0
                                      ? text->tokenizer->encodeTarget(view, encoding)
                                      : text->tokenizer->encode(view, encoding);
    *ids = allocate<int32_t>(result.size());
    std::ranges::copy(result, *ids);
    *count = result.size();
  });
}

transept_status detokenize(const transept_text *text, const int32_t *ids, uint64_t count,
                           uint32_t flags, char **string, uint64_t *size, char **message) {
  return guarded(message, [&] {
    requirePointer(text, "text");
    requirePointer(string, "string");
    requirePointer(size, "size");
    if (count != 0)
      requirePointer(ids, "ids");
    refuseUnknownFlags(flags, TRANSEPT_DETOKENIZE_SPECIAL | TRANSEPT_DETOKENIZE_TIMESTAMPS |
                                  TRANSEPT_DETOKENIZE_SOURCE);
    std::string result = text->tokenizer->decode(
        {ids, count}, {.skipSpecialTokens = (flags & TRANSEPT_DETOKENIZE_SPECIAL) == 0,
                       .withTimestamps = (flags & TRANSEPT_DETOKENIZE_TIMESTAMPS) != 0,
                       .isSource = (flags & TRANSEPT_DETOKENIZE_SOURCE) != 0});
    *string = allocate<char>(result.size() + 1);
    std::memcpy(*string, result.c_str(), result.size() + 1);
    *size = result.size();
  });
}

void release(void *memory) {
  std::free(memory);
}

const char *language(const transept_text *text, uint64_t index) {
  return text && index < text->languages.size() ? text->languages[index].c_str() : nullptr;
}

int32_t languageId(const transept_text *text, const char *name) {
  return text && name ? text->tokenizer->languageId(name) : -1;
}

transept_status generateTextsGuarded(const transept_text *text, const transept_string *strings,
                                     uint64_t count, const transept_text_options *given,
                                     const transept_generation_options *generation,
                                     transept_text_results **results, char **message) {
  return guarded(message, [&] {
    requirePointer(text, "text");
    requirePointer(text->model, "the model of text");
    requirePointer(results, "results");
    if (count != 0)
      requirePointer(strings, "strings");
    transept_text_options options{};
    if (given) {
      checkStructure(*given, "options");
      options = *given;
    }
    if (generation)
      checkStructure(*generation, "generation");
    auto makeSources = [&] {
      return std::make_unique<TextSources>(*text, std::span(strings, count), options);
    };
    *results = generateTexts(*text, makeSources, options, generation).release();
  });
}

const transept_text_result *viewTexts(const transept_text_results *results, uint64_t text,
                                      uint64_t *count) {
  bool isThere = results && text < results->views.size();
  if (count)
    *count = isThere ? results->views[text].size() : 0;
  return isThere ? results->views[text].data() : nullptr;
}

const transept_token_places *viewPlaces(const transept_text_results *results, uint64_t text,
                                        uint64_t rank, uint64_t sequence) {
  bool isThere = results && text < results->stored.size() && rank < results->stored[text].size();
  if (!isThere)
    return nullptr;
  const auto &views = results->stored[text][rank].placeViews;
  return sequence < views.size() ? &views[sequence] : nullptr;
}

/// Nothing may be thrown through C.
uint64_t tokenText(void *context, int32_t id, char *bytes, uint64_t capacity) {
  try {
    std::string text = text::tokenText(*static_cast<const transept_text *>(context)->tokenizer, id);
    text.copy(bytes, capacity);
    return text.size();
  } catch (...) {
    return UINT64_MAX;
  }
}

void releaseTexts(transept_text_results *results) {
  delete results;
}

} // namespace
} // namespace transept::media

extern "C" const struct transept_text_functions transept_text_function_table = {
    .structure_size = sizeof(transept_text_functions),
    .open_text = transept::media::openText,
    .close_text = transept::media::closeText,
    .tokenize = transept::media::tokenize,
    .detokenize = transept::media::detokenize,
    .release = transept::media::release,
    .language = transept::media::language,
    .language_id = transept::media::languageId,
    .generate_texts = transept::media::generateTextsGuarded,
    .view_texts = transept::media::viewTexts,
    .release_texts = transept::media::releaseTexts,
    .view_places = transept::media::viewPlaces,
    .token_text = transept::media::tokenText,
};
