// SPDX-License-Identifier: Apache-2.0
//
// Cameras store what the sensor saw and note in Exif data how to turn it.

#ifndef TRANSEPT_MEDIA_IMAGES_ORIENTATION_H
#define TRANSEPT_MEDIA_IMAGES_ORIENTATION_H

#include "media/images/Image.h"

#include <string_view>

namespace transept::features {

/// Exif's orientation, 1 to 8, of a PNG or JPEG file; 1 (as it is) where there is none or where
/// the Exif data makes no sense.
int findOrientation(std::string_view bytes);

/// The image as it is to be seen.
Image orientImage(Image image, int orientation);

} // namespace transept::features

#endif
