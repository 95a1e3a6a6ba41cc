// SPDX-License-Identifier: Apache-2.0
//
// Images of any proportions to as many patches as a budget allows, each with the line and the
// column where it lies, equal to Pix2StructImageProcessor of transformers 4.44.

#ifndef TRANSEPT_MEDIA_IMAGES_FLATPATCHES_H
#define TRANSEPT_MEDIA_IMAGES_FLATPATCHES_H

#include "media/features/Features.h"
#include "media/images/PixelValues.h"

namespace transept::features {

struct FlatPatchSettings {
  size_t maximumPatches = 2048;
  ImageSize patch = {16, 16};

  /// Numbers of a row: line and column, from 1, then [height, width, 3] of the patch.
  size_t width() const { return 2 + 3 * patch.height * patch.width; }
};

/// Lines and columns of patches that an image is resized to: as many as the budget allows in its
/// proportions, one at least.
ImageSize flatPatchGrid(ImageSize image, const FlatPatchSettings &settings);

/// Patches from left to right, then down, of the image minus its mean, over its deviation.
Features flatPatches(const Image &image, const FlatPatchSettings &settings);

} // namespace transept::features

#endif
