// SPDX-License-Identifier: Apache-2.0
//
// Images as 8-bit RGB, decoded and resized as Pillow does it, because that is what models were
// trained with.

#ifndef TRANSEPT_MEDIA_IMAGES_IMAGE_H
#define TRANSEPT_MEDIA_IMAGES_IMAGE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transept::features {

struct Image {
  size_t width = 0, height = 0;
  std::vector<uint8_t> pixels; // [height, width, 3]: red, green, blue

  Image() = default;
  Image(size_t width, size_t height) : width(width), height(height), pixels(width * height * 3) {}
  bool operator==(const Image &) const = default;
};

/// Larger images are refused before memory is taken for them.
constexpr size_t maximumSide = 65500, maximumPixels = 89'478'485;

/// Decodes PNG or JPEG from memory. Gray becomes RGB, palettes are looked up, transparency is
/// dropped, an orientation in the file is applied. `name` begins every error. Throws InputError for
/// what is no such image, ends early, or is too large.
Image decodeImage(std::string_view bytes, const std::string &name);

/// As decodeImage, for one format each; an orientation is not applied.
Image decodePng(std::string_view bytes, const std::string &name);
Image decodeJpeg(std::string_view bytes, const std::string &name);

/// Throws InputError if an image of this size is not to be decoded.
void checkImageSize(size_t width, size_t height, const std::string &name);

enum class Filter { bilinear, bicubic };

/// Equal to Pillow's `resize` bit by bit: the filter widens when the image shrinks, weights are
/// integers, and the rows are rounded to 8 bits between the passes.
Image resizeImage(const Image &image, size_t width, size_t height, Filter filter);

} // namespace transept::features

#endif
