/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of the C ABI that takes sounds: the functions that are linked into a library whose model
 * listens. sound.h wraps them for C++.
 *
 * Functions fail as those of abi.h do. One transept_sound must not be used by two threads at once.
 */
#ifndef TRANSEPT_SOUND_ABI_H
#define TRANSEPT_SOUND_ABI_H

#include "transept/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct transept_sound transept_sound; /* a sound, as the model hears it */

typedef struct transept_pcm {
  const float *samples; /* [frame_count, channel_count], full scale is 1 */
  uint64_t frame_count;
  uint32_t sample_rate;   /* frames a second, 1000 to 768000 */
  uint32_t channel_count; /* 1 to 64; they are averaged */
} transept_pcm;

struct transept_sound_functions {
  uint64_t structure_size; /* sizeof(struct transept_sound_functions) in the library */

  /* The sound as the checkpoint's preprocessor sees it, at the model's own rate. The samples must
   * stay where they are until close_sound. A sound of one window or less is filled up with silence
   * to a window, where the model was trained on windows. */
  transept_status (*open_sound)(const transept_model_table *table, const transept_pcm *pcm,
                                transept_sound **sound, char **message);
  void (*close_sound)(transept_sound *sound);
  /* Rows of source features of the whole sound, and its length without silence that was added. */
  uint64_t (*frame_count)(const transept_sound *sound);
  double (*seconds)(const transept_sound *sound);
  /* rows receives [count, source_feature_width] from row `begin` on, which never decreases from one
   * call to the next; begin + count is at most frame_count. */
  transept_status (*read_features)(transept_sound *sound, uint64_t begin, uint64_t count,
                                   float *rows, char **message);

  /* The size of what zlib makes of the bytes at level 6: how much a transcript repeats itself. */
  uint64_t (*compressed_size)(const char *bytes, uint64_t size);
};

/* What transept_model_table.sound is, hidden in each library that needs it. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
extern const struct transept_sound_functions transept_sound_function_table;

#ifdef __cplusplus
}
#endif

#endif
