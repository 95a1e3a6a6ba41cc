// SPDX-License-Identifier: Apache-2.0
//
// The linker's inputs and its output in memory, under names that it can open.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINKERFILES_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINKERFILES_H

#include "base/Error.h"

#include "llvm/ADT/StringRef.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>

namespace transept::emit {

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

} // namespace transept::emit

#endif
