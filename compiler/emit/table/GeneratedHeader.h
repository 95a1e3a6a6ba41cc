// SPDX-License-Identifier: Apache-2.0
//
// The C++ header that is written beside a library.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_GENERATEDHEADER_H
#define TRANSEPT_COMPILER_EMIT_TABLE_GENERATEDHEADER_H

#include <string>

namespace transept::emit {

/// The text of `<name>.h` for the model `name`; `summary` is one line for its reader. A model that
/// `transforms` target features instead of generating tokens gets a function over padded arrays.
std::string generatedHeader(const std::string &name, const std::string &summary, bool transforms);

} // namespace transept::emit

#endif
