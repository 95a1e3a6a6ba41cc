// SPDX-License-Identifier: Apache-2.0
//
// Images of a program's memory into a model that looks at them, and the texts that come of it.
//
//     auto model = transept::Model::open("libcaptions.so");
//     std::string text = model.describe({.pixels = pixels, .height = 480, .width = 640});
//     std::string things = model.describe(image, {.imagePrompt = "<OD>"});
//
// Resizing, cutting, scaling and normalizing is the library's work, as the checkpoint's
// preprocessor says. PNG and JPEG files are read by the `transept` command and by Transept::Media.
#ifndef TRANSEPT_IMAGE_H
#define TRANSEPT_IMAGE_H

#include "transept/image_abi.h"
#include "transept/text.h"

namespace transept {

/// An image in memory, which must stay there until the call that takes it returns: of any size that
/// is at most 65500 pixels on a side and 89478485 altogether.
struct Image {
  std::span<const std::uint8_t> pixels; ///< [height, width, 3]: red, green, blue
  std::size_t height = 0, width = 0;
};

namespace detail {

/// Throws Error where the library takes no images.
inline const transept_image_functions &imageFunctions(const OpenLibrary &library) {
  if (!library.table().image)
    throw Error(ErrorCode::Unsupported,
                std::string(library.table().name) +
                    " takes no images; where it looks at them, its checkpoint lacked a "
                    "preprocessor_config.json");
  return *library.table().image;
}

/// `name` is what errors call it.
inline transept_image convertImage(const Image &image, const std::string &name) {
  std::size_t row = 3 * image.width;
  bool fits = row == 0 || image.height == 0
                  ? image.pixels.empty()
                  : image.pixels.size() % row == 0 && image.pixels.size() / row == image.height;
  if (!fits)
    throw Error(ErrorCode::InvalidArgument, name + " has " + std::to_string(image.pixels.size()) +
                                                " numbers, but must have 3 for each of " +
                                                std::to_string(image.height) + " x " +
                                                std::to_string(image.width) + " pixels");
  return {image.pixels.data(), image.height, image.width};
}

/// Rows of source features; behind those of the image, those of a prompt that is not empty.
inline std::vector<float> readImage(const OpenLibrary &library, const Image &image,
                                    const std::string &prompt) {
  const transept_image_functions &functions = imageFunctions(library);
  transept_image converted = convertImage(image, "image");
  float *features = nullptr;
  std::uint64_t rows = 0;
  const transept_text *text = prompt.empty() ? nullptr : library.text();
  library.call(functions.read_image, &library.table(), text, &converted,
               cText(prompt, "the image prompt"), &features, &rows);
  std::unique_ptr<float, void (*)(void *)> owner(features, functions.release);
  return {features, features + rows * library.table().source_feature_width};
}

inline std::vector<TextGeneration>
describe(const OpenLibrary &library, std::span<const Image> images, const TextOptions &options) {
  const transept_image_functions &functions = imageFunctions(library);
  std::vector<transept_image> converted;
  for (const Image &image : images)
    converted.push_back(convertImage(image, "images[" + std::to_string(converted.size()) + "]"));
  return textResults(library, images.size(), options,
                     [&](const transept_text *text, auto... arguments) {
                       library.call(functions.describe, text, converted.data(),
                                    std::uint64_t(converted.size()), arguments...);
                     });
}

} // namespace detail

} // namespace transept

#endif
