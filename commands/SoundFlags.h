// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` for sounds of any length: which part, how windows are judged,
// what stands before them, and as what the transcript is written.

#ifndef TRANSEPT_COMMANDS_SOUNDFLAGS_H
#define TRANSEPT_COMMANDS_SOUNDFLAGS_H

#include "media/sound/RawSamples.h"
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
  /// `speech` with what these options say. `batchSize`: windows to work on at once, where that was
  /// given. `tokenizer` may be null. Throws CLI::ValidationError for
  /// what has no meaning together.
  SoundOptions resolve(const SpeechOptions &speech, std::optional<size_t> batchSize,
                       const text::Tokenizer *tokenizer) const;

  features::SoundPart part() const;
  /// What the samples are where files have no header; throws CLI::ValidationError.
  std::optional<features::RawFormat> raw() const;
  /// Seconds that are left out before the part.
  double offset() const { return begin.value_or(0); }
  /// One of media::transcriptFormats(); empty: lines of `generate`.
  const std::string &format() const { return formatName; }
  /// Where the transcripts of all files go; empty: standard output.
  const std::string &folder() const { return folderName; }

private:
  static std::vector<Id> idsOf(const char *flag, const std::string &text,
                               const text::Tokenizer *tokenizer);
  void splitAtSilence(SoundOptions &options, std::optional<size_t> batchSize) const;

  std::optional<double> begin, length, compressionRatio, logProbability, noSpeech;
  std::optional<int> silenceLevel, rawRate, rawChannels;
  std::vector<float> temperatures;
  bool conditions = false, promptsAll = false, splits = false;
  std::string prompt, hotwords, formatName, folderName, rawFormat;
};

} // namespace transept::commands

#endif
