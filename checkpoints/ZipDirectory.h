// SPDX-License-Identifier: Apache-2.0
//
// The members of a zip archive, in place: torch stores its tensors in one without compressing them,
// so that they can be used where they lie in the mapped file.

#ifndef TRANSEPT_CHECKPOINTS_ZIPDIRECTORY_H
#define TRANSEPT_CHECKPOINTS_ZIPDIRECTORY_H

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace transept::checkpoints {

/// An archive's members by name. Reads the central directory, also with the 64-bit extension, and
/// nothing else until a member is asked for. Keeps views of the bytes.
class ZipDirectory {
public:
  /// `origin` begins every error. Throws InputError for an archive that is damaged, encrypted, in
  /// several parts, or names a member twice.
  ZipDirectory(std::span<const std::byte> bytes, std::string origin);

  struct Member {
    uint64_t headerOffset = 0, size = 0, storedSize = 0;
    uint16_t method = 0;
  };
  const std::map<std::string, Member, std::less<>> &members() const { return directory; }

  bool contains(std::string_view name) const { return directory.contains(name); }
  /// The member's bytes. Throws InputError when there is none, it is compressed, or its own header
  /// does not agree with the directory.
  std::span<const std::byte> bytesOf(std::string_view name) const;

private:
  std::span<const std::byte> bytes;
  std::string origin;
  std::map<std::string, Member, std::less<>> directory;
  uint64_t directoryOffset = 0;
};

} // namespace transept::checkpoints

#endif
