// SPDX-License-Identifier: Apache-2.0
//
// Where the bytes of a sound file are: in memory, or in a file of which only pieces ever are.

#ifndef TRANSEPT_MEDIA_SOUND_SOUNDBYTES_H
#define TRANSEPT_MEDIA_SOUND_SOUNDBYTES_H

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace transept::features {

class SoundBytes {
public:
  virtual ~SoundBytes() = default;
  virtual size_t size() const = 0;
  /// Copies the bytes from `position` on, at most `count` of them; returns how many there are.
  virtual size_t read(size_t position, char *target, size_t count) const = 0;

  /// The first bytes, `count` or all.
  std::string first(size_t count) const;
};

/// `bytes` must outlive it.
std::unique_ptr<SoundBytes> bytesInMemory(std::string_view bytes);

/// A regular file, which must not change meanwhile. Throws InputError when there is none.
std::unique_ptr<SoundBytes> bytesOfFile(const std::string &path);

/// What a pipe gives up to its end, kept in a nameless file: a sound is read more than once. Throws
/// InputError, with `name` at its beginning.
std::unique_ptr<SoundBytes> bytesOfPipe(int descriptor, const std::string &name);

} // namespace transept::features

#endif
