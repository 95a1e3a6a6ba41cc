// SPDX-License-Identifier: Apache-2.0
//
// Texts from outside (names in files, names of files) as they may be printed: a terminal obeys
// control characters, so that a file could write over what stands there.

#ifndef TRANSEPT_BASE_PRINTABLE_H
#define TRANSEPT_BASE_PRINTABLE_H

#include <string>
#include <string_view>

namespace transept {

/// UTF-8 with its control characters (newlines and tabs excepted) and bytes that are no UTF-8
/// written as \xNN. Printable text stays as it is.
std::string printable(std::string_view text);

} // namespace transept

#endif
