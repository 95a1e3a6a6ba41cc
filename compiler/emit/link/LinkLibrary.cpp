// SPDX-License-Identifier: Apache-2.0
//
// Calls lld, whose inputs and output stay in memory.

#include "compiler/emit/link/LinkLibrary.h"
#include "base/Error.h"
#include "compiler/emit/link/LibraryParts.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <thread>

LLD_HAS_DRIVER(elf)

namespace transept::emit {

namespace {

/// Bytes that lld can open by a name; they are in memory, so that no disk can be full and nothing
/// is left behind.
class MemoryFile {
public:
  /// `soname` is what errors name.
  MemoryFile(llvm::StringRef content, const std::string &soname)
      : descriptor(memfd_create("transept", MFD_CLOEXEC)) {
    if (descriptor < 0)
      fail(soname);
    while (!content.empty()) {
      ssize_t count = write(descriptor, content.data(), content.size());
      if (count < 0 && errno != EINTR)
        fail(soname);
      content = content.drop_front(count < 0 ? 0 : size_t(count));
    }
  }
  ~MemoryFile() { close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

private:
  [[noreturn]] static void fail(const std::string &soname) {
    throw InputError("cannot link " + soname +
                     ": no memory for the linker's input: " + std::strerror(errno));
  }

  int descriptor;
};

/// What lld writes. It gives the path of a pipe its bytes in one piece and does not write beside
/// it, map it or end the program when it is full.
class LinkedBytes {
public:
  LinkedBytes() {
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw InputError(std::string("cannot link: ") + std::strerror(errno));
    reader = std::thread([this] {
      std::array<char, 65536> buffer;
      while (ssize_t count = read(ends[0], buffer.data(), buffer.size()))
        if (count > 0)
          bytes.append(buffer.data(), size_t(count));
    });
  }
  ~LinkedBytes() { take(); }
  LinkedBytes(const LinkedBytes &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(ends[1]); }

  /// Waits for the end. To be called once lld is done.
  std::string take() {
    if (reader.joinable()) {
      close(ends[1]);
      reader.join();
      close(ends[0]);
    }
    return std::move(bytes);
  }

private:
  int ends[2];
  std::thread reader;
  std::string bytes;
};

} // namespace

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
