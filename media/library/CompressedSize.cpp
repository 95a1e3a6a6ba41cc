// SPDX-License-Identifier: Apache-2.0
//
// One call of zlib, which cannot fail: there is room for bytes that do not compress.

#include "media/library/CompressedSize.h"

#include <vector>
#include <zlib.h>

namespace transept::media {

size_t compressedSize(std::string_view bytes) {
  uLongf size = compressBound(uLong(bytes.size()));
  std::vector<Bytef> compressed(size);
  compress2(compressed.data(), &size, reinterpret_cast<const Bytef *>(bytes.data()),
            uLong(bytes.size()), /*level=*/6);
  return size;
}

} // namespace transept::media
