// SPDX-License-Identifier: Apache-2.0
//
// Rounding follows numpy's types: scaling in double precision, then everything in floats.

#include "media/images/PixelValues.h"

#include "base/Error.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::features {

namespace {

/// Where a side of the crop begins in the image; negative: so much border comes before the image.
ptrdiff_t cropStart(size_t imageSide, size_t cropSide) {
  auto difference = ptrdiff_t(imageSide) - ptrdiff_t(cropSide);
  // Rounds toward minus infinity, which puts the odd row of a border before the image.
  return difference >= 0 ? difference / 2 : (difference - 1) / 2;
}

Image cropCenter(const Image &image, ImageSize size) {
  Image result(size.width, size.height);
  ptrdiff_t top = cropStart(image.height, size.height);
  ptrdiff_t left = cropStart(image.width, size.width);
  for (size_t y = 0; y < size.height; ++y)
    for (size_t x = 0; x < size.width; ++x) {
      // What lies before the image becomes huge, and so outside as well.
      size_t row = y + size_t(top), column = x + size_t(left);
      if (row < image.height && column < image.width)
        std::copy_n(&image.pixels[(row * image.width + column) * 3], 3,
                    &result.pixels[(y * size.width + x) * 3]);
    }
  return result;
}

/// Clockwise by a right angle.
Image turn(const Image &image) {
  Image result(image.height, image.width);
  for (size_t y = 0; y < image.height; ++y)
    for (size_t x = 0; x < image.width; ++x)
      std::copy_n(&image.pixels[(y * image.width + x) * 3], 3,
                  &result.pixels[(x * result.width + image.height - 1 - y) * 3]);
  return result;
}

/// The shorter side as long as the shorter one of `size`; fractions of the other are cut off.
Image resizeShorterSide(const Image &image, ImageSize size, Filter filter) {
  size_t side = std::min(size.height, size.width);
  if (image.width <= image.height)
    return resizeImage(image, side, side * image.height / image.width, filter);
  return resizeImage(image, side * image.width / image.height, side, filter);
}

/// Makes what is too long fit. The original averages whole squares of pixels before it shrinks an
/// image to a quarter or less, which this does not.
Image shrink(const Image &image, ImageSize size, const std::string &name) {
  size_t height = std::min(image.height, size.height), width = std::min(image.width, size.width);
  if (height == image.height && width == image.width)
    return image;
  if (image.height > image.width)
    width = image.width * height / image.height;
  else if (image.width > image.height)
    height = image.height * width / image.width;
  constexpr size_t mostShrunk = 4;
  if (width == 0 || height == 0 || image.width >= mostShrunk * width ||
      image.height >= mostShrunk * height)
    throw InputError(fmt::format("{}: an image of {} x {} pixels (after its shorter side was made "
                                 "fit) is too long for {} x {}: at most {} times is supported",
                                 name, image.width, image.height, size.width, size.height,
                                 mostShrunk));
  return resizeImage(image, width, height, Filter::bicubic);
}

/// Borders on both sides; the odd line comes last.
Image addBorders(const Image &image, ImageSize size) {
  Image result(size.width, size.height);
  size_t top = (size.height - image.height) / 2, left = (size.width - image.width) / 2;
  for (size_t y = 0; y < image.height; ++y)
    std::copy_n(&image.pixels[y * image.width * 3], image.width * 3,
                &result.pixels[((top + y) * size.width + left) * 3]);
  return result;
}

Image fitImage(const Image &image, const ImageSettings &settings, const std::string &name) {
  const ImageSize size = *settings.size;
  bool isAcross = (size.width < size.height && image.width > image.height) ||
                  (size.width > size.height && image.width < image.height);
  Image fitted = settings.fit->turns && isAcross ? turn(image) : image;
  // Before anything is made of a line of pixels.
  size_t shorter = std::min(fitted.width, fitted.height);
  checkImageSize(fitted.width * std::min(size.width, size.height) / shorter,
                 fitted.height * std::min(size.width, size.height) / shorter, name);
  fitted = resizeShorterSide(fitted, size, settings.filter);
  return addBorders(shrink(fitted, size, name), size);
}

Image shapeImage(const Image &image, const ImageSettings &settings, const std::string &name) {
  if (settings.fit)
    return fitImage(image, settings, name);
  return settings.size
             ? resizeImage(image, settings.size->width, settings.size->height, settings.filter)
             : image;
}

} // namespace

PixelValues pixelValues(const Image &image, const ImageSettings &settings,
                        const std::string &name) {
  Image shaped = shapeImage(image, settings, name);
  if (settings.crop)
    shaped = cropCenter(shaped, *settings.crop);
  PixelValues result{shaped.height, shaped.width, std::vector<float>(shaped.pixels.size())};
  size_t plane = shaped.width * shaped.height;
  for (size_t channel = 0; channel < 3; ++channel)
    for (size_t pixel = 0; pixel < plane; ++pixel) {
      double level = shaped.pixels[pixel * 3 + channel];
      auto value = float(settings.scale ? level * *settings.scale : level);
      if (settings.normalization)
        value = (value - settings.normalization->mean[channel]) /
                settings.normalization->deviation[channel];
      result.values[channel * plane + pixel] = value;
    }
  return result;
}

size_t patchCount(ImageSize size, size_t patchSize, const std::string &name) {
  if (patchSize == 0 || size.height % patchSize != 0 || size.width % patchSize != 0)
    throw InputError(fmt::format("{}: {} x {} pixels are not whole patches of {} x {}", name,
                                 size.width, size.height, patchSize, patchSize));
  return (size.height / patchSize) * (size.width / patchSize);
}

Features cutPatches(const PixelValues &pixels, size_t patchSize, const std::string &name) {
  Features features{.rows = patchCount({pixels.height, pixels.width}, patchSize, name),
                    .width = 3 * patchSize * patchSize};
  size_t across = pixels.width / patchSize;
  features.values.reserve(pixels.values.size());
  for (size_t patch = 0; patch < features.rows; ++patch)
    for (size_t channel = 0; channel < 3; ++channel)
      for (size_t y = 0; y < patchSize; ++y) {
        size_t row = channel * pixels.height + patch / across * patchSize + y;
        auto begin =
            pixels.values.begin() + ptrdiff_t(row * pixels.width + patch % across * patchSize);
        features.values.insert(features.values.end(), begin, begin + ptrdiff_t(patchSize));
      }
  return features;
}

Features cutLines(const PixelValues &pixels) {
  Features features{.rows = pixels.height, .width = 3 * pixels.width};
  size_t plane = pixels.height * pixels.width;
  features.values.reserve(pixels.values.size());
  for (size_t pixel = 0; pixel < plane; ++pixel)
    for (size_t channel = 0; channel < 3; ++channel)
      features.values.push_back(pixels.values[channel * plane + pixel]);
  return features;
}

} // namespace transept::features
