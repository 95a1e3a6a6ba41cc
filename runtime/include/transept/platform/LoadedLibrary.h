// SPDX-License-Identifier: Apache-2.0
//
// A model library that the system's loader has loaded: the file that a path leads to now, whatever
// was loaded under that path before.
#ifndef TRANSEPT_PLATFORM_LOADEDLIBRARY_H
#define TRANSEPT_PLATFORM_LOADEDLIBRARY_H

#include "transept/platform/ElfFile.h"

#include <algorithm>
#include <cstddef>
#include <dlfcn.h>
#include <link.h>
#include <mutex>
#include <utility>
#include <vector>

namespace transept::platform {

/// Which file it is and as of when: another number for another file, and for the same one written
/// again. 0 for what is not there.
inline std::uint64_t fileVersion(const std::string &path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    return 0;
  std::uint64_t version = 0;
  for (std::uint64_t number :
       {std::uint64_t(status.st_dev), std::uint64_t(status.st_ino), std::uint64_t(status.st_size),
        std::uint64_t(status.st_mtim.tv_sec), std::uint64_t(status.st_mtim.tv_nsec)}) {
    version = (version ^ number) * 0x9e3779b97f4a7c15u;
    version ^= version >> 29;
  }
  return version;
}

/// The loader takes a name that it has met for the library that it loaded then. So a file is loaded
/// under a spelling of its path that says its version: each bit is a "./" or a "/" more before the
/// name of the file.
inline std::string spelledWithVersion(const std::string &path, std::uint64_t version) {
  std::size_t name = path.rfind('/') + 1;
  std::string spelled = path.substr(0, name);
  for (int bit = 63; bit >= 0; --bit)
    spelled += version >> bit & 1 ? "./" : "/";
  return spelled + path.substr(name);
}

/// The version in a name by which the loader knows a library, 0 if it was loaded otherwise.
inline std::uint64_t versionInSpelling(std::string_view spelled) {
  std::uint64_t version = 0;
  spelled = spelled.substr(0, spelled.rfind('/') + 1);
  for (int bit = 0; bit < 64; ++bit) {
    if (!spelled.ends_with('/'))
      return 0;
    spelled.remove_suffix(1);
    if (!spelled.ends_with('.'))
      continue;
    spelled.remove_suffix(1);
    version |= std::uint64_t(1) << bit;
  }
  return spelled.ends_with('/') ? version : 0;
}

/// The files that this process has loaded, and as of when. The loader itself cannot be asked about
/// a file that was written again: it looks into pages that are gone.
class LoadedFiles {
public:
  struct File {
    std::uint64_t device, inode, version;
  };

  static File of(const std::string &path) {
    struct stat status = {};
    ::stat(path.c_str(), &status);
    return {std::uint64_t(status.st_dev), std::uint64_t(status.st_ino), fileVersion(path)};
  }

  /// Whether it is loaded as of another time.
  static bool isLoadedOtherwise(const File &file) {
    std::lock_guard guard(mutex());
    return std::any_of(files().begin(), files().end(), [&](const File &each) {
      return each.device == file.device && each.inode == file.inode && each.version != file.version;
    });
  }
  static void add(const File &file) {
    std::lock_guard guard(mutex());
    files().push_back(file);
  }
  static void remove(const File &file) {
    std::lock_guard guard(mutex());
    files().erase(std::find_if(files().begin(), files().end(), [&](const File &each) {
      return each.device == file.device && each.inode == file.inode && each.version == file.version;
    }));
  }

private:
  // Never destroyed: models may be closed when the program ends.
  static std::mutex &mutex() {
    static auto *instance = new std::mutex;
    return *instance;
  }
  static std::vector<File> &files() {
    static auto *instance = new std::vector<File>;
    return *instance;
  }
};

class LoadedLibrary {
public:
  /// Throws Error if the file is not the library of one model, cannot be loaded, or was overwritten
  /// while it is loaded. The same file twice is loaded once.
  explicit LoadedLibrary(const std::string &path) : path(path) {
    // Without a slash dlopen would search the system's folders.
    const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    // A file that is replaced between the looks at it is looked at again.
    for (int attempt = 0; !loaded; ++attempt) {
      identity = LoadedFiles::of(file);
      const std::uint64_t version = identity.version;
      if (LoadedFiles::isLoadedOtherwise(identity))
        refuseWrittenAgain();
      symbol = modelSymbol(ElfFile(file)).name;
      const std::string spelled = spelledWithVersion(file, version);
      loaded = ::dlopen(spelled.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (!loaded)
        fail(spelled);
      if (fileVersion(file) == version || attempt == 9)
        checkVersion(version);
      else
        ::dlclose(std::exchange(loaded, nullptr));
    }
    LoadedFiles::add(identity);
  }
  LoadedLibrary(const LoadedLibrary &) = delete;
  LoadedLibrary &operator=(const LoadedLibrary &) = delete;
  ~LoadedLibrary() {
    LoadedFiles::remove(identity);
    ::dlclose(loaded);
  }

  /// The function that returns the model. Throws Error.
  void *modelFunction() const {
    if (void *function = ::dlsym(loaded, symbol.c_str()))
      return function;
    fail(path);
  }

private:
  /// The loader finds a file that is loaded by its inode, too: under another path, which is right,
  /// and when it has been written again, which has changed what is in use.
  void checkVersion(std::uint64_t version) {
    const link_map *map = nullptr;
    if (::dlinfo(loaded, RTLD_DI_LINKMAP, &map) != 0)
      return;
    std::uint64_t found = versionInSpelling(map->l_name);
    if (found == 0 || found == version)
      return;
    ::dlclose(std::exchange(loaded, nullptr));
    refuseWrittenAgain();
  }

  [[noreturn]] void refuseWrittenAgain() const {
    throw Error(
        ErrorCode::Library,
        "cannot open model library " + path +
            ": the file was written again while a model that was opened from it is in use; "
            "write a new file and rename it to this one, which leaves the old one as it is");
  }

  /// `spelled` is how the loader's reason names the file.
  [[noreturn]] void fail(const std::string &spelled) const {
    const char *given = ::dlerror();
    std::string reason = given ? given : "unknown reason";
    if (std::size_t at = reason.find(spelled); at != reason.npos)
      reason.replace(at, spelled.size(), path);
    throw Error(ErrorCode::Library, "cannot open model library " + path + ": " + reason);
  }

  std::string path, symbol;
  LoadedFiles::File identity = {};
  void *loaded = nullptr;
};

} // namespace transept::platform

#endif
