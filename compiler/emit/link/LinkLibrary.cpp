// SPDX-License-Identifier: Apache-2.0
//
// Calls lld. The system libraries are the very files that this process has loaded, so that no
// development package is needed where the compiler runs; the runtime's archive is part of the
// compiler itself.

#include "compiler/emit/link/LinkLibrary.h"
#include "base/Error.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

#include <link.h>

#include <deque>

LLD_HAS_DRIVER(elf)

extern "C" const char transept_runtime_archive[], transept_runtime_archive_end[];

namespace transept::emit {

namespace {

/// Paths of the loaded libraries that the runtime needs.
std::vector<std::string> systemLibraries() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) {
        llvm::StringRef path = info->dlpi_name;
        llvm::StringRef name = path.substr(path.rfind('/') + 1);
        for (llvm::StringRef wanted : {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6"})
          if (name == wanted)
            static_cast<std::vector<std::string> *>(data)->push_back(path.str());
        return 0;
      },
      &paths);
  return paths;
}

/// A file that disappears with this object.
class TemporaryFile {
public:
  TemporaryFile(llvm::StringRef suffix, llvm::StringRef content) : remover("") {
    llvm::SmallString<128> path;
    int descriptor = -1;
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("transept", suffix, descriptor, path))
      throw InputError("cannot create a temporary file: " + error.message());
    remover.setFile(path);
    name = std::string(path);
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << content;
    stream.close();
    if (stream.has_error())
      throw InputError("cannot write " + name + ": " + stream.error().message());
  }
  const std::string &path() const { return name; }

private:
  llvm::FileRemover remover;
  std::string name;
};

} // namespace

void linkLibrary(const std::vector<std::string> &objects, const std::string &exportedSymbol,
                 const std::string &soname, const std::string &output) {
  std::deque<TemporaryFile> objectFiles;
  for (const std::string &object : objects)
    objectFiles.emplace_back("o", object);
  TemporaryFile archive("a",
                        llvm::StringRef(transept_runtime_archive,
                                        transept_runtime_archive_end - transept_runtime_archive));
  TemporaryFile versions("version", "{ global: " + exportedSymbol + "; local: *; };\n");
  std::string versionScript = "--version-script=" + versions.path();
  std::vector<std::string> arguments = {
      "ld.lld", "-shared", "-o", output, "-soname", soname,
      // Without the index of frames no exception leaves the library's functions.
      "--eh-frame-hdr", "--gc-sections", "-z", "now", "-z", "relro", "-z", "noexecstack",
      "--hash-style=both", "--build-id=none", "--exclude-libs=ALL", versionScript,
#ifndef TRANSEPT_SANITIZED
      "-z", "defs",
#endif
      archive.path()};
  for (const TemporaryFile &file : objectFiles)
    arguments.push_back(file.path());
  arguments.push_back("--as-needed");
  for (const std::string &library : systemLibraries())
    arguments.push_back(library);

  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    throw InputError("cannot link " + output + ": " + messages);
}

} // namespace transept::emit
