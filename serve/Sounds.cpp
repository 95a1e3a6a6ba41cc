// SPDX-License-Identifier: Apache-2.0
//
// Transcripts are those of `transept generate` for the same file.

#include "serve/Sounds.h"

#include "media/library/CompressedSize.h"

namespace transept::serve {

SoundFeatures featuresOf(features::WhisperSound &sound) {
  return {.frameCount = sound.frameCount(),
          .read = [&sound](size_t begin, size_t count) { return sound.read(begin, count); }};
}

std::string textOf(const ServedModel &served, const SoundSegment &segment) {
  std::vector<Id> ids = segment.ids;
  std::erase_if(ids, [&](Id id) { return id >= served.model.table().speech->first_timestamp_id; });
  return served.tokenizer->decode(ids);
}

SoundOptions soundOptions(const std::string &language, SpeechTask task, const Call &call) {
  SoundOptions options;
  options.speech.language = language;
  options.speech.task = task;
  options.speech.generate.stop = call.exchange.stop();
  options.speech.generate.schedule = call.schedule();
  options.compressedSize = media::compressedSize;
  return options;
}

} // namespace transept::serve
