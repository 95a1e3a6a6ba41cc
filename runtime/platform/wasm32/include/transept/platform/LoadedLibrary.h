// SPDX-License-Identifier: Apache-2.0
//
// A module of WebAssembly holds its one model and loads no others.
#ifndef TRANSEPT_PLATFORM_LOADEDLIBRARY_H
#define TRANSEPT_PLATFORM_LOADEDLIBRARY_H

#include "transept/error.h"

#include <string>

namespace transept::platform {

class LoadedLibrary {
public:
  explicit LoadedLibrary(const std::string &path) {
    throw Error(ErrorCode::Library, "cannot open model library " + path +
                                        ": WebAssembly has no libraries that are loaded");
  }
  void *modelFunction() const { return nullptr; }
};

} // namespace transept::platform

#endif
