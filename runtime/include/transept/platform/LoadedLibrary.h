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

/// Which file it is, and as of when: another version for another file, and for the same one written
/// again. 0 for what is not there.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0, version = 0;

  static FileIdentity of(const std::string &path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0)
      return {};
    FileIdentity identity{std::uint64_t(status.st_dev), std::uint64_t(status.st_ino)};
    for (std::uint64_t number :
         {identity.device, identity.inode, std::uint64_t(status.st_size),
          std::uint64_t(status.st_mtim.tv_sec), std::uint64_t(status.st_mtim.tv_nsec)}) {
      identity.version = (identity.version ^ number) * 0x9e3779b97f4a7c15u;
      identity.version ^= identity.version >> 29;
    }
    return identity;
  }

  bool operator==(const FileIdentity &) const = default;
};

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
  /// Whether it is loaded as of another time.
  static bool isLoadedOtherwise(const FileIdentity &file) {
    std::lock_guard guard(mutex());
    return std::any_of(files().begin(), files().end(), [&](const FileIdentity &each) {
      return each.device == file.device && each.inode == file.inode && each != file;
    });
  }
  static void add(const FileIdentity &file) {
    std::lock_guard guard(mutex());
    files().push_back(file);
  }
  static void remove(const FileIdentity &file) {
    std::lock_guard guard(mutex());
    files().erase(std::find(files().begin(), files().end(), file));
  }

private:
  // Never destroyed: models may be closed when the program ends.
  static std::mutex &mutex() {
    static auto *instance = new std::mutex;
    return *instance;
  }
  static std::vector<FileIdentity> &files() {
    static auto *instance = new std::vector<FileIdentity>;
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
      identity = FileIdentity::of(file);
      const std::uint64_t version = identity.version;
      if (LoadedFiles::isLoadedOtherwise(identity))
        refuseWrittenAgain();
      symbol = modelSymbolForThisMachine(ElfFile(file));
      const std::string spelled = spelledWithVersion(file, version);
      loaded = ::dlopen(spelled.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (!loaded)
        fail(spelled);
      if (FileIdentity::of(file) == identity || attempt == 9)
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
  static std::string modelSymbolForThisMachine(const ElfFile &library) {
    if (library.machine().number != kThisMachine.number)
      library.fail(std::string("it is for ") + library.machine().name + ", but this machine is " +
                   kThisMachine.name);
    return modelSymbol(library).name;
  }

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
  FileIdentity identity = {};
  void *loaded = nullptr;
};

} // namespace transept::platform

#endif
