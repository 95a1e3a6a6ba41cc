// SPDX-License-Identifier: Apache-2.0
//
// The format is found by the first bytes, whatever the file is called.

#include "media/images/Image.h"

#include "base/Error.h"
#include "base/PointerFile.h"
#include "media/images/Orientation.h"

#include <fmt/format.h>

namespace transept::features {

Image decodeImage(std::string_view bytes, const std::string &name) {
  if (bytes.empty())
    throw InputError(fmt::format("{}: the file is empty", name));
  refusePointerFile(bytes, name);
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
    return orientImage(decodePng(bytes, name), findOrientation(bytes));
  if (bytes.starts_with("\xff\xd8"))
    return orientImage(decodeJpeg(bytes, name), findOrientation(bytes));
  throw InputError(fmt::format("{}: neither a PNG nor a JPEG image", name));
}

} // namespace transept::features
