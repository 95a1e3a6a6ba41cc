// SPDX-License-Identifier: Apache-2.0
//
// What an encoder takes in place of token ids.

#ifndef TRANSEPT_MEDIA_FEATURES_FEATURES_H
#define TRANSEPT_MEDIA_FEATURES_FEATURES_H

#include <cstddef>
#include <vector>

namespace transept::features {

/// One row a frame of sound, or a patch of an image.
struct Features {
  size_t rows = 0, width = 0;
  std::vector<float> values = {}; // [rows, width]
};

} // namespace transept::features

#endif
