// SPDX-License-Identifier: Apache-2.0
//
// Images in and texts out from C.

#include "bindings/c/Library.h"

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::detail::OpenLibrary;

namespace {

const transept_image_functions &functionsOf(const OpenLibrary &model) {
  if (!model.table().image)
    throw Error(ErrorCode::Unsupported,
                std::string(model.table().name) +
                    " takes no images; where it looks at them, its checkpoint lacked a "
                    "preprocessor_config.json");
  return *model.table().image;
}

} // namespace

transept_texts *transept_describe_all(const transept_library *library, const transept_image *images,
                                      size_t count, const transept_text_options *options,
                                      const transept_generation_options *generation,
                                      transept_error *error) {
  return guarded(error, [&]() -> transept_texts * {
    const OpenLibrary &model = opened(library);
    const transept_image_functions &functions = functionsOf(model);
    auto results = std::make_unique<transept_texts>();
    results->opened = library->opened;
    const transept_text *text = model.text();
    model.call(functions.describe, text, images, std::uint64_t(count), options, generation,
               &results->handle);
    return results.release();
  });
}

char *transept_describe(const transept_library *library, const transept_image *image,
                        const transept_text_options *options,
                        const transept_generation_options *generation, transept_error *error) {
  std::unique_ptr<transept_texts> results(
      transept_describe_all(library, image, 1, options, generation, error));
  return results ? guarded(error, [&] { return copyOfBest(results.get()); }) : nullptr;
}

transept_encoded *transept_encode_image(const transept_library *library,
                                        const transept_image *image, const char *prompt,
                                        transept_error *error) {
  return guarded(error, [&]() -> transept_encoded * {
    const OpenLibrary &model = opened(library);
    const transept_image_functions &functions = functionsOf(model);
    transept_source_input input{};
    float *features = nullptr;
    const transept_text *text = prompt ? model.text() : nullptr;
    model.call(functions.read_image, &model.table(), text, image, prompt, &features, &input.length);
    std::unique_ptr<float, void (*)(void *)> owner(features, functions.release);
    input.features = features;
    auto encoded = std::make_unique<transept_encoded>();
    encoded->opened = library->opened;
    model.call(model.runtime().encode, model.model(), &input, std::uint64_t(1), &encoded->handle);
    return encoded.release();
  });
}
