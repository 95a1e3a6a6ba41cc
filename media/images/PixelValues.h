// SPDX-License-Identifier: Apache-2.0
//
// Images to the numbers that vision encoders take, equal to ViTImageProcessor, DeiTImageProcessor
// and DonutImageProcessor of transformers 4.44 and CLIPImageProcessor of 5.24.

#ifndef TRANSEPT_MEDIA_IMAGES_PIXELVALUES_H
#define TRANSEPT_MEDIA_IMAGES_PIXELVALUES_H

#include "media/features/Features.h"
#include "media/images/Image.h"

#include <array>
#include <optional>

namespace transept::features {

struct ImageSize {
  size_t height = 0, width = 0;
};

/// The steps in their order; an empty one is left out. Defaults are those of ViTImageProcessor.
struct ImageSettings {
  struct Normalization {
    std::array<float, 3> mean, deviation;
  };

  std::optional<ImageSize> size = ImageSize{224, 224};
  Filter filter = Filter::bilinear;
  /// In place of resizing to `size` in both directions: so that the image fits into it as it is,
  /// with black borders around it. `turns`: first by a right angle, if it lies where the size
  /// stands, or the other way round.
  struct Fit {
    bool turns = false;
  };
  std::optional<Fit> fit = {};
  /// The middle part; images that are smaller get a black border.
  std::optional<ImageSize> crop;
  std::optional<double> scale = 1.0 / 255;
  std::optional<Normalization> normalization = Normalization{{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};

  /// That of every result, where it is the same for all images.
  const std::optional<ImageSize> &finalSize() const { return crop ? crop : size; }
};

struct PixelValues {
  size_t height = 0, width = 0;
  std::vector<float> values; // [3, height, width]
};

/// Throws InputError for an image that is too long to be made fit; `name` begins the error.
PixelValues pixelValues(const Image &image, const ImageSettings &settings, const std::string &name);

/// Patches of a side of `patchSize` that fill an image. Throws InputError if they do not; `name`
/// begins the error.
size_t patchCount(ImageSize size, size_t patchSize, const std::string &name);

/// Patches from left to right, then down. A row is [3, patchSize, patchSize], the order of the
/// weights of a convolution whose stride is its size. Throws as patchCount.
Features cutPatches(const PixelValues &pixels, size_t patchSize, const std::string &name);

/// The lines from the top, pixel by pixel: a row is [width, 3].
Features cutLines(const PixelValues &pixels);

} // namespace transept::features

#endif
