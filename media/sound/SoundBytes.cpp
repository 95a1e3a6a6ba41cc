// SPDX-License-Identifier: Apache-2.0
//
// Files are read by position, so that any number of readers may share one.

#include "media/sound/SoundBytes.h"

#include "base/Error.h"
#include "base/FileKind.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace transept::features {

namespace {

class MemoryBytes final : public SoundBytes {
public:
  explicit MemoryBytes(std::string_view bytes) : bytes(bytes) {}

  size_t size() const override { return bytes.size(); }
  size_t read(size_t position, char *target, size_t count) const override {
    count = std::min(count, bytes.size() - std::min(position, bytes.size()));
    std::memcpy(target, bytes.data() + position, count);
    return count;
  }

private:
  std::string_view bytes;
};

class FileBytes final : public SoundBytes {
public:
  explicit FileBytes(int descriptor) : descriptor(descriptor) {
    struct stat status = {};
    if (fstat(descriptor, &status) == 0)
      length = size_t(status.st_size);
  }
  FileBytes(const FileBytes &) = delete;
  FileBytes &operator=(const FileBytes &) = delete;
  ~FileBytes() override { close(descriptor); }

  size_t size() const override { return length; }
  size_t read(size_t position, char *target, size_t count) const override {
    size_t done = 0;
    while (done != count) {
      ssize_t step = pread(descriptor, target + done, count - done, off_t(position + done));
      if (step < 0 && errno == EINTR)
        continue;
      // Decoders are written in C: they take a failure for the end, which is noticed.
      if (step <= 0)
        break;
      done += size_t(step);
    }
    return done;
  }

private:
  int descriptor;
  size_t length = 0;
};

} // namespace

std::string SoundBytes::first(size_t count) const {
  std::string bytes(std::min(count, size()), '\0');
  bytes.resize(read(0, bytes.data(), bytes.size()));
  return bytes;
}

std::unique_ptr<SoundBytes> bytesInMemory(std::string_view bytes) {
  return std::make_unique<MemoryBytes>(bytes);
}

std::unique_ptr<SoundBytes> bytesOfFile(const std::string &path) {
  requireRegularFile(path);
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  return std::make_unique<FileBytes>(descriptor);
}

std::unique_ptr<SoundBytes> bytesOfPipe(int descriptor, const std::string &name) {
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::tmpfile(), std::fclose);
  auto fail = [&] { throw InputError(fmt::format("{}: {}", name, std::strerror(errno))); };
  if (!file)
    fail();
  std::array<char, 65536> block;
  while (true) {
    ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 ||
        (count > 0 && std::fwrite(block.data(), 1, size_t(count), file.get()) != size_t(count)))
      fail();
    if (count == 0)
      break;
  }
  int copy = -1;
  if (std::fflush(file.get()) != 0 || (copy = dup(fileno(file.get()))) < 0)
    fail();
  return std::make_unique<FileBytes>(copy);
}

} // namespace transept::features
