// SPDX-License-Identifier: Apache-2.0
//
// For this machine the system libraries are the very files that this process has loaded, so that no
// development package is needed where the compiler runs; for others those of Debian's packages for
// cross-compiling.

#include "compiler/emit/link/LibraryParts.h"
#include "base/Error.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Triple.h"

#include <fmt/format.h>
#include <link.h>

#include <filesystem>

// Which architectures there are archives for is known when the compiler is built.
#define LIBRARY_ARCHIVE(name)                                                                      \
  extern "C" const char transept_library_archive_##name[], transept_library_archive_##name##_end[];
#include "LibraryArchives.inc"
#undef LIBRARY_ARCHIVE

namespace transept::emit {

namespace {

constexpr llvm::StringRef kSystemLibraries[] = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1",
                                                "libc.so.6"};

std::vector<std::string> loadedLibraries() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) {
        llvm::StringRef path = info->dlpi_name;
        llvm::StringRef name = path.substr(path.rfind('/') + 1);
        if (llvm::is_contained(kSystemLibraries, name))
          static_cast<std::vector<std::string> *>(data)->push_back(path.str());
        return 0;
      },
      &paths);
  return paths;
}

std::string packagesOf(const targets::Architecture &architecture) {
  return "Debian's packages " + llvm::join(architecture.crossPackages, ", ");
}

std::vector<std::string> installedLibraries(const targets::Architecture &architecture) {
  llvm::Triple triple(architecture.triple);
  std::string folder = fmt::format("/usr/{}-{}-{}/lib", triple.getArchName().str(),
                                   triple.getOSName().str(), triple.getEnvironmentName().str());
  std::vector<std::string> paths;
  for (llvm::StringRef name : kSystemLibraries) {
    paths.push_back(fmt::format("{}/{}", folder, name.str()));
    if (!std::filesystem::exists(paths.back()))
      throw InputError(
          fmt::format("libraries for {} are linked with {}, which is not there; {} bring it",
                      nameOf(architecture), paths.back(), packagesOf(architecture)));
  }
  return paths;
}

llvm::StringRef archiveFor(const targets::Architecture &architecture) {
  std::string wanted = llvm::Triple(architecture.triple).getArchName().str();
#define LIBRARY_ARCHIVE(name)                                                                      \
  if (wanted == #name)                                                                             \
    return {transept_library_archive_##name,                                                       \
            size_t(transept_library_archive_##name##_end - transept_library_archive_##name)};
#include "LibraryArchives.inc"
#undef LIBRARY_ARCHIVE
  throw InputError(
      fmt::format("this compiler was built without the runtime for {0}; build it where "
                  "tools/setup {0} has installed {1} and what compiling for them needs",
                  nameOf(architecture), packagesOf(architecture)));
}

} // namespace

LibraryParts libraryParts(const targets::Architecture &architecture) {
  if (architecture.format == targets::LibraryFormat::WebModule)
    return {.archive = archiveFor(architecture), .systemLibraries = {}};
  bool isHost = &architecture == targets::hostArchitecture();
  return {.archive = archiveFor(architecture),
          .systemLibraries = isHost ? loadedLibraries() : installedLibraries(architecture)};
}

} // namespace transept::emit
