// SPDX-License-Identifier: Apache-2.0
//
// Sounds in and transcripts out from C.

#include "bindings/c/Library.h"

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::detail::OpenLibrary;

transept_transcribe_options transept_default_transcribe_options(void) {
  transept_transcribe_options options{};
  options.structure_size = sizeof(options);
  return options;
}

transept_speech *transept_transcribe(const transept_library *library, const transept_pcm *pcm,
                                     const transept_transcribe_options *options,
                                     const transept_generation_options *generation,
                                     transept_error *error) {
  return guarded(error, [&]() -> transept_speech * {
    const OpenLibrary &model = opened(library);
    require(pcm, "pcm");
    if (!model.table().sound)
      throw Error(ErrorCode::Unsupported,
                  std::string(model.table().name) +
                      " takes no sounds; where it listens, its checkpoint lacked a "
                      "preprocessor_config.json");
    auto speech = std::make_unique<transept_speech>();
    speech->opened = library->opened;
    model.call(model.table().sound->transcribe, &model.table(), model.model(), pcm, options,
               generation, &speech->handle);
    return speech.release();
  });
}

const char *transept_speech_language(const transept_speech *speech) {
  return speech ? speech->opened->table().sound->transcript_language(speech->handle) : nullptr;
}

const transept_segment *transept_segment_at(const transept_speech *speech, size_t index) {
  if (!speech)
    return nullptr;
  std::uint64_t count = 0;
  const transept_segment *segments =
      speech->opened->table().sound->view_segments(speech->handle, &count);
  return index < count ? &segments[index] : nullptr;
}

const transept_word *transept_word_at(const transept_speech *speech, size_t segment, size_t word) {
  if (!speech)
    return nullptr;
  std::uint64_t count = 0;
  const transept_word *words =
      speech->opened->table().sound->view_words(speech->handle, segment, &count);
  return word < count ? &words[word] : nullptr;
}

void transept_release_speech(transept_speech *speech) {
  delete speech;
}
