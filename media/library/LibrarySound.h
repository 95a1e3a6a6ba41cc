// SPDX-License-Identifier: Apache-2.0
//
// A program's sound as the features of a library's model.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYSOUND_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYSOUND_H

#include "media/sound/WhisperSound.h"

#include "transept/sound_abi.h"

#include <variant>

struct transept_sound {
  /// Throws Error where the library's model does not listen, its preprocessor_config.json does not
  /// fit it, or the sound is refused. The samples must outlive this.
  transept_sound(const transept_model_table &table, const transept_pcm &pcm);

  size_t frameCount() const;
  /// `begin` never decreases. Throws Error beyond the end.
  std::vector<float> read(size_t begin, size_t count);

  double seconds;

private:
  size_t width;
  /// Cut into windows, or all of it.
  std::variant<transept::features::WhisperSound, transept::features::Features> source;
};

#endif
