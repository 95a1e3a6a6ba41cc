// SPDX-License-Identifier: Apache-2.0
//
// A model library that the system's loader has loaded.
#ifndef TRANSEPT_PLATFORM_LOADEDLIBRARY_H
#define TRANSEPT_PLATFORM_LOADEDLIBRARY_H

#include "transept/platform/ElfFile.h"

#include <dlfcn.h>

namespace transept::platform {

class LoadedLibrary {
public:
  /// Throws Error if the file is not the library of one model, or cannot be loaded.
  explicit LoadedLibrary(const std::string &path) : path(path) {
    // Without a slash dlopen would search the system's folders.
    std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    symbol = modelSymbol(ElfFile(file)).name;
    loaded = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!loaded)
      fail();
  }
  LoadedLibrary(const LoadedLibrary &) = delete;
  LoadedLibrary &operator=(const LoadedLibrary &) = delete;
  ~LoadedLibrary() { ::dlclose(loaded); }

  /// The function that returns the model. Throws Error.
  void *modelFunction() const {
    if (void *function = ::dlsym(loaded, symbol.c_str()))
      return function;
    fail();
  }

private:
  [[noreturn]] void fail() const {
    const char *reason = ::dlerror();
    throw Error(ErrorCode::Library,
                "cannot open model library " + path + ": " + (reason ? reason : "unknown reason"));
  }

  std::string path, symbol;
  void *loaded = nullptr;
};

} // namespace transept::platform

#endif
