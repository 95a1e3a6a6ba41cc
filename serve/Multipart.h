// SPDX-License-Identifier: Apache-2.0
//
// multipart/form-data (RFC 7578), strict and bounded: what no browser or library sends is refused.

#ifndef TRANSEPT_SERVE_MULTIPART_H
#define TRANSEPT_SERVE_MULTIPART_H

#include <string>
#include <string_view>
#include <vector>

namespace transept::serve {

struct FormPart {
  std::string name;
  std::string fileName; ///< empty where the part is no file
  std::string contentType;
  std::string_view content; ///< in the body that was parsed
};

/// The parts of a body, in order. Throws HttpError (400, 415) for a Content-Type that is not
/// multipart/form-data with a boundary, and for a body that breaks its rules: text before the first
/// boundary, a boundary that does not end its line, headers beyond 4096 bytes or other than
/// Content-Disposition, Content-Type and Content-Transfer-Encoding, a part without a name, more
/// than 64 parts, no end, or anything behind it.
std::vector<FormPart> parseMultipart(std::string_view body, const std::string &contentType);

} // namespace transept::serve

#endif
