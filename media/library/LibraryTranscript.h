// SPDX-License-Identifier: Apache-2.0
//
// Transcribing for callers of C: the C++ API over a model that they have opened.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYTRANSCRIPT_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYTRANSCRIPT_H

#include "transept/sound.h"

#include <deque>
#include <memory>

struct transept_transcript {
  transept::SoundTranscript transcript;
  // Of its segments, and of the words of each.
  std::vector<transept_segment> views;
  std::deque<std::vector<transept::SpokenWord>> words;
  std::deque<std::vector<transept_word>> wordViews;
};

namespace transept::media {

/// Throws Error; see transcribe in sound_abi.h. `options` is complete.
std::unique_ptr<transept_transcript> transcribeSound(const transept_model_table &table,
                                                     transept_model *model, const transept_pcm &pcm,
                                                     const transept_transcribe_options &options,
                                                     const transept_generation_options *generation);

} // namespace transept::media

#endif
