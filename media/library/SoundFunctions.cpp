// SPDX-License-Identifier: Apache-2.0
//
// The C functions over sounds. This is the object that a generated library of a model that listens
// refers to.

#include "base/Error.h"
#include "media/library/CompressedSize.h"
#include "media/library/LibrarySound.h"
#include "runtime/base/GuardedCall.h"

namespace transept::media {
namespace {

using runtime::guarded;
using runtime::requirePointer;

transept_status openSound(const transept_model_table *table, const transept_pcm *pcm,
                          transept_sound **sound, char **message) {
  return guarded(message, [&] {
    requirePointer(table, "table");
    requirePointer(pcm, "pcm");
    requirePointer(sound, "sound");
    if (pcm->frame_count != 0)
      requirePointer(pcm->samples, "pcm.samples");
    *sound = new transept_sound(*table, *pcm);
  });
}

void closeSound(transept_sound *sound) {
  delete sound;
}

uint64_t frameCount(const transept_sound *sound) {
  return sound ? sound->frameCount() : 0;
}

double seconds(const transept_sound *sound) {
  return sound ? sound->seconds : 0;
}

transept_status readFeatures(transept_sound *sound, uint64_t begin, uint64_t count, float *rows,
                             char **message) {
  return guarded(message, [&] {
    requirePointer(sound, "sound");
    if (count != 0)
      requirePointer(rows, "rows");
    std::ranges::copy(sound->read(begin, count), rows);
  });
}

uint64_t sizeCompressed(const char *bytes, uint64_t size) {
  return compressedSize({size != 0 ? bytes : "", size});
}

} // namespace
} // namespace transept::media

extern "C" const struct transept_sound_functions transept_sound_function_table = {
    .structure_size = sizeof(transept_sound_functions),
    .open_sound = transept::media::openSound,
    .close_sound = transept::media::closeSound,
    .frame_count = transept::media::frameCount,
    .seconds = transept::media::seconds,
    .read_features = transept::media::readFeatures,
    .compressed_size = transept::media::sizeCompressed,
};
