// SPDX-License-Identifier: Apache-2.0
//
// POSIX mmap with its failures turned into InputError.

#include "base/MappedFile.h"

#include "base/Error.h"
#include "base/FileKind.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace transept {

MappedFile::MappedFile(const std::string &path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  struct stat status = {};
  std::string failure;
  if (fstat(descriptor, &status) != 0)
    failure = std::strerror(errno);
  else if (!S_ISREG(status.st_mode))
    failure = std::string("it is ") + fileKind(status.st_mode) + ", not a regular file";
  else if (status.st_size > 0) {
    length = size_t(status.st_size);
    void *address = mmap(nullptr, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED)
      failure = std::strerror(errno);
    else
      data = static_cast<const std::byte *>(address);
  }
  close(descriptor);
  if (!failure.empty())
    throw InputError(fmt::format("{}: {}", path, failure));
}

MappedFile::~MappedFile() {
  if (data)
    munmap(const_cast<std::byte *>(data), length);
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : data(std::exchange(other.data, nullptr)), length(std::exchange(other.length, 0)) {}

void MappedFile::release(std::span<const std::byte> range) const {
  auto page = uintptr_t(sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(range.data());
  uintptr_t end = (begin + range.size()) / page * page;
  begin = (begin + page - 1) / page * page;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

} // namespace transept
