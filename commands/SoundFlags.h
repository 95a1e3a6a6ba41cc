// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` for sounds of any length: which part, how windows are judged,
// what stands before them, and as what the transcript is written.

#ifndef TRANSEPT_COMMANDS_SOUNDFLAGS_H
#define TRANSEPT_COMMANDS_SOUNDFLAGS_H

#include "media/sound/WhisperSound.h"
#include "media/tokenizers/Tokenizer.h"

#include "transept/long_speech.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

class SoundFlags {
public:
  void addTo(CLI::App &command);

  /// The first option that was given; empty for none.
  std::string firstGiven() const;
  /// `speech` with what these options say. `tokenizer` may be null. Throws CLI::ValidationError for
  /// what has no meaning together.
  SoundOptions resolve(const SpeechOptions &speech, const text::Tokenizer *tokenizer) const;

  features::SoundPart part() const;
  /// Seconds that are left out before the part.
  double offset() const { return begin.value_or(0); }
  /// One of media::transcriptFormats(); empty: lines of `generate`.
  const std::string &format() const { return formatName; }
  /// Where the transcripts of all files go; empty: standard output.
  const std::string &folder() const { return folderName; }

private:
  std::optional<double> begin, length, compressionRatio, logProbability, noSpeech;
  std::vector<float> temperatures;
  bool conditions = false, promptsAll = false;
  std::string prompt, formatName, folderName;
};

} // namespace transept::commands

#endif
