// SPDX-License-Identifier: Apache-2.0
//
// The C++ header that is written beside a library.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_GENERATEDHEADER_H
#define TRANSEPT_COMPILER_EMIT_TABLE_GENERATEDHEADER_H

#include <string>

namespace transept::emit {

struct HeaderFacts {
  std::string model;   // its name
  std::string library; // the file that it is for, without its folder
  std::string summary; // one line for the reader
  bool transforms;     // target features, by a function over padded arrays; else generates tokens
};

/// The text of `<model>.h`.
std::string generatedHeader(const HeaderFacts &facts);

/// Throws InputError where a file at `path` is not a header for the same library, nor the same for
/// another library: of another model, or none of ours.
void refuseOtherHeader(const std::string &path, const HeaderFacts &facts);

} // namespace transept::emit

#endif
