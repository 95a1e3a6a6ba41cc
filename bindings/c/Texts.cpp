// SPDX-License-Identifier: Apache-2.0
//
// Texts in and out from C.

#include "bindings/c/Library.h"

#include <cstdlib>
#include <string_view>
#include <vector>

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::detail::OpenLibrary;

char *transept::bindings::copyOf(const char *text, std::size_t size) {
  char *copy = static_cast<char *>(std::malloc(size + 1));
  if (!copy)
    throw std::bad_alloc();
  std::memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

char *transept::bindings::copyOfBest(const transept_texts *results) {
  const transept_text_result *best = transept_text_at(results, 0, 0);
  if (best->problem.data)
    throw Error(ErrorCode::InvalidArgument, {best->problem.data, best->problem.size});
  return copyOf(best->text.data, best->text.size);
}

namespace {

/// Memory of the library, which is freed by the program's own free.
template <typename Value> auto owned(const OpenLibrary &model, Value *memory) {
  return std::unique_ptr<Value, void (*)(void *)>(memory, model.table().text->release);
}

std::vector<transept_string> stringsOf(const char *const *texts, std::size_t count) {
  if (count != 0)
    require(texts, "texts");
  std::vector<transept_string> strings;
  for (std::size_t index = 0; index < count; ++index) {
    require(texts[index], ("texts[" + std::to_string(index) + "]").c_str());
    strings.push_back({texts[index], std::strlen(texts[index])});
  }
  return strings;
}

} // namespace

transept_texts *transept_translate_all(const transept_library *library, const char *const *texts,
                                       size_t count, const transept_text_options *options,
                                       const transept_generation_options *generation,
                                       transept_error *error) {
  return guarded(error, [&]() -> transept_texts * {
    const OpenLibrary &model = opened(library);
    std::vector<transept_string> strings = stringsOf(texts, count);
    auto results = std::make_unique<transept_texts>();
    results->opened = library->opened;
    const transept_text *text = model.text();
    model.call(model.table().text->generate_texts, text, strings.data(),
               std::uint64_t(strings.size()), options, generation, &results->handle);
    return results.release();
  });
}

const transept_text_result *transept_text_at(const transept_texts *results, size_t text,
                                             size_t rank) {
  if (!results)
    return nullptr;
  std::uint64_t count = 0;
  const transept_text_result *views =
      results->opened->table().text->view_texts(results->handle, text, &count);
  return rank < count ? views + rank : nullptr;
}

const transept_token_places *transept_places_at(const transept_texts *results, size_t text,
                                                size_t rank, size_t sequence) {
  return results ? results->opened->table().text->view_places(results->handle, text, rank, sequence)
                 : nullptr;
}

void transept_release_texts(transept_texts *results) {
  delete results;
}

char *transept_translate(const transept_library *library, const char *text,
                         const transept_text_options *options,
                         const transept_generation_options *generation, transept_error *error) {
  std::unique_ptr<transept_texts> results(
      transept_translate_all(library, &text, 1, options, generation, error));
  if (!results)
    return nullptr;
  return guarded(error, [&] { return copyOfBest(results.get()); });
}

int32_t *transept_tokenize(const transept_library *library, const char *text,
                           const transept_tokenize_options *options, size_t *count,
                           transept_error *error) {
  return guarded(error, [&]() -> int32_t * {
    const OpenLibrary &model = opened(library);
    require(text, "text");
    require(count, "count");
    std::int32_t *ids = nullptr;
    std::uint64_t size = 0;
    const transept_text *tokenizer = model.text();
    model.call(model.table().text->tokenize, tokenizer, transept_string{text, std::strlen(text)},
               options, &ids, &size);
    auto owner = owned(model, ids);
    void *copy = copyOf(reinterpret_cast<const char *>(ids), size * sizeof(*ids));
    *count = size;
    return static_cast<std::int32_t *>(copy);
  });
}

char *transept_detokenize(const transept_library *library, const int32_t *ids, size_t count,
                          uint32_t flags, transept_error *error) {
  return guarded(error, [&]() -> char * {
    const OpenLibrary &model = opened(library);
    char *string = nullptr;
    std::uint64_t size = 0;
    const transept_text *tokenizer = model.text();
    model.call(model.table().text->detokenize, tokenizer, ids, std::uint64_t(count), flags, &string,
               &size);
    auto owner = owned(model, string);
    return copyOf(string, size);
  });
}
