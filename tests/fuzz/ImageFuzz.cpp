// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes an image file has: either InputError, or an image whose pixels are all there,
// which can be resized.

#include "base/Error.h"
#include "media/images/Image.h"

using namespace transept;
using namespace transept::features;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  try {
    Image image = decodeImage(bytes, "fuzz");
    if (image.pixels.empty() || image.pixels.size() != image.width * image.height * 3)
      throw std::logic_error("an image does not have its size");
    resizeImage(image, 9, 11, Filter::bicubic);
  } catch (const InputError &) {
  }
  return 0;
}
