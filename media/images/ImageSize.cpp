// SPDX-License-Identifier: Apache-2.0
//
// Apart from the decoders, which compiled libraries do not have.

#include "media/images/Image.h"

#include "base/Error.h"

#include <fmt/format.h>

namespace transept::features {

void checkImageSize(size_t width, size_t height, const std::string &name) {
  if (width == 0 || height == 0)
    throw InputError(
        fmt::format("{}: {} x {} pixels: there is nothing in it", name, width, height));
  if (width > maximumSide || height > maximumSide)
    throw InputError(fmt::format("{}: {} x {} pixels, allowed are {} on a side", name, width,
                                 height, maximumSide));
  if (width * height > maximumPixels)
    throw InputError(fmt::format("{}: {} x {} pixels, allowed are {} altogether", name, width,
                                 height, maximumPixels));
}

} // namespace transept::features
