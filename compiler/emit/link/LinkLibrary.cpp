// SPDX-License-Identifier: Apache-2.0
//
// Calls lld, whose inputs and output stay in memory.

#include "compiler/emit/link/LinkLibrary.h"
#include "base/Error.h"
#include "compiler/emit/link/LibraryParts.h"
#include "compiler/emit/link/LinkerFiles.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <deque>

LLD_HAS_DRIVER(elf)

namespace transept::emit {

std::string linkLibrary(const LinkedLibrary &library) {
  const std::string &soname = library.soname;
  LibraryParts parts = libraryParts(library.architecture);
  std::deque<MemoryFile> objectFiles;
  for (const std::string &object : library.objects)
    objectFiles.emplace_back(object, soname);
  MemoryFile archive(parts.archive, soname);
  MemoryFile versions("{ global: " + library.exportedSymbol + "; local: *; };\n", soname);
  LinkedBytes linked;
  std::vector<std::string> arguments = {
      "ld.lld", "-shared", "-o", linked.path(), "-soname", soname,
      // Without the index of frames no exception leaves the library's functions.
      "--eh-frame-hdr", "--gc-sections", "-z", "now", "-z", "relro", "-z", "noexecstack",
      "--hash-style=both", "--build-id=none", "--exclude-libs=ALL",
      "--version-script=" + versions.path(),
#ifndef TRANSEPT_SANITIZED
      "-z", "defs",
#endif
      archive.path()};
  for (const MemoryFile &file : objectFiles)
    arguments.push_back(file.path());
  arguments.push_back("--as-needed");
  for (const std::string &file : parts.systemLibraries)
    arguments.push_back(file);

  std::vector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    throw InputError("cannot link " + soname + ": " + messages);
  return linked.take();
}

} // namespace transept::emit
