// SPDX-License-Identifier: Apache-2.0
//
// A file's bytes without reading them: weights are many times larger than the memory the compiler
// may use, so they are mapped and pages are given back once they have been used.

#ifndef TRANSEPT_BASE_MAPPEDFILE_H
#define TRANSEPT_BASE_MAPPEDFILE_H

#include <cstddef>
#include <span>
#include <string>

namespace transept {

/// A regular file, mapped read-only for the object's life. The file must not shrink meanwhile.
class MappedFile {
public:
  /// Throws InputError when the file is missing, is not a regular file, or cannot be mapped.
  explicit MappedFile(const std::string &path);
  ~MappedFile();
  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) = delete;

  std::span<const std::byte> bytes() const { return {data, length}; }

  /// Gives the whole pages inside a range back to the system; later reads load them again.
  void release(std::span<const std::byte> range) const;

private:
  const std::byte *data = nullptr;
  size_t length = 0;
};

} // namespace transept

#endif
