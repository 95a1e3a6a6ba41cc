// SPDX-License-Identifier: Apache-2.0
//
// The C functions over images. This is the object that a generated library of a model that looks at
// images refers to.

#include "base/Error.h"
#include "media/library/ImagePrompt.h"
#include "media/library/ImageSources.h"
#include "media/library/TextGeneration.h"
#include "runtime/base/GuardedCall.h"

#include <algorithm>

namespace transept::media {
namespace {

using runtime::guarded;
using runtime::requirePointer;

transept_status readImage(const transept_model_table *table, const transept_text *text,
                          const transept_image *image, const char *prompt, float **result,
                          uint64_t *rowCount, char **message) {
  return guarded(message, [&] {
    requirePointer(table, "table");
    requirePointer(image, "image");
    requirePointer(result, "features");
    requirePointer(rowCount, "row_count");
    const text::Tokenizer *tokenizer = text ? text->tokenizer.get() : nullptr;
    const std::vector<int32_t> ids = promptIds(*table, tokenizer, prompt);
    features::Features patches = LibraryImages(*table).read(*image);
    appendPrompt(*table, ids, patches);
    void *memory = std::malloc(patches.values.size() * sizeof(float));
    if (!memory)
      throw std::bad_alloc();
    *result = static_cast<float *>(memory);
    std::ranges::copy(patches.values, *result);
    *rowCount = patches.rows;
  });
}

void release(void *memory) {
  std::free(memory);
}

transept_status describe(const transept_text *text, const transept_image *images, uint64_t count,
                         const transept_text_options *given,
                         const transept_generation_options *generation,
                         transept_text_results **results, char **message) {
  return guarded(message, [&] {
    requirePointer(text, "text");
    requirePointer(results, "results");
    if (count != 0)
      requirePointer(images, "images");
    transept_text_options options{};
    if (given) {
      runtime::checkStructure(*given, "options");
      options = *given;
    }
    if (generation)
      runtime::checkStructure(*generation, "generation");
    auto makeSources = [&] {
      return std::make_unique<ImageSources>(*text, std::span(images, count), options);
    };
    *results = generateTexts(*text, makeSources, options, generation).release();
  });
}

} // namespace
} // namespace transept::media

extern "C" const struct transept_image_functions transept_image_function_table = {
    .structure_size = sizeof(transept_image_functions),
    .read_image = transept::media::readImage,
    .release = transept::media::release,
    .describe = transept::media::describe,
};
