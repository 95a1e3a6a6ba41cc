// SPDX-License-Identifier: Apache-2.0
//
// What a model is called: a namespace of C++ and a part of the exported symbol.

#ifndef TRANSEPT_COMPILER_SESSION_MODELNAME_H
#define TRANSEPT_COMPILER_SESSION_MODELNAME_H

#include <string>

namespace transept::session {

/// The name that follows from the library's file: "libopus-en-de.so" gives "opus_en_de". It may be
/// one that checkModelName refuses.
std::string modelNameOf(const std::string &output);

/// Throws InputError where C++ cannot use `name` for a namespace: no identifier, a keyword,
/// reserved for the implementation, or taken by Transept's headers and those that they include.
void checkModelName(const std::string &name);

} // namespace transept::session

#endif
