// SPDX-License-Identifier: Apache-2.0
//
// The C functions over sounds. This is the object that a generated library of a model that listens
// refers to.

#include "base/Error.h"
#include "media/library/CompressedSize.h"
#include "media/library/LibrarySound.h"
#include "media/library/LibraryTranscript.h"
#include "media/library/LibraryWords.h"
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

transept_status transcribe(const transept_model_table *table, transept_model *model,
                           const transept_pcm *pcm, const transept_transcribe_options *given,
                           const transept_generation_options *generation,
                           transept_transcript **transcript, char **message) {
  return guarded(message, [&] {
    requirePointer(table, "table");
    requirePointer(model, "model");
    requirePointer(pcm, "pcm");
    requirePointer(transcript, "transcript");
    if (pcm->frame_count != 0)
      requirePointer(pcm->samples, "pcm.samples");
    transept_transcribe_options options{};
    if (given) {
      runtime::checkStructure(*given, "options");
      options = *given;
    }
    if (generation)
      runtime::checkStructure(*generation, "generation");
    *transcript = transcribeSound(*table, model, *pcm, options, generation).release();
  });
}

const char *transcriptLanguage(const transept_transcript *transcript) {
  return transcript ? transcript->transcript.language.c_str() : nullptr;
}

const transept_segment *viewSegments(const transept_transcript *transcript, uint64_t *count) {
  if (count)
    *count = transcript ? transcript->views.size() : 0;
  return transcript ? transcript->views.data() : nullptr;
}

const transept_word *viewWords(const transept_transcript *transcript, uint64_t segment,
                               uint64_t *count) {
  bool isThere = transcript && segment < transcript->wordViews.size();
  if (count)
    *count = isThere ? transcript->wordViews[segment].size() : 0;
  return isThere ? transcript->wordViews[segment].data() : nullptr;
}

transept_status groupWordsGuarded(const transept_text *text, const transept_spoken_ids *spoken,
                                  transept_words **words, char **message) {
  return guarded(message, [&] {
    requirePointer(text, "text");
    requirePointer(spoken, "spoken");
    requirePointer(words, "words");
    if (spoken->count != 0) {
      requirePointer(spoken->ids, "spoken.ids");
      requirePointer(spoken->times, "spoken.times");
    }
    *words = new transept_words(*text, *spoken);
  });
}

const transept_word *listWords(const transept_words *words, uint64_t *count) {
  if (count)
    *count = words ? words->views.size() : 0;
  return words ? words->views.data() : nullptr;
}

void releaseWords(transept_words *words) {
  delete words;
}

void releaseTranscript(transept_transcript *transcript) {
  delete transcript;
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
    .transcribe = transept::media::transcribe,
    .transcript_language = transept::media::transcriptLanguage,
    .view_segments = transept::media::viewSegments,
    .release_transcript = transept::media::releaseTranscript,
    .view_words = transept::media::viewWords,
    .group_words = transept::media::groupWordsGuarded,
    .list_words = transept::media::listWords,
    .release_words = transept::media::releaseWords,
};
