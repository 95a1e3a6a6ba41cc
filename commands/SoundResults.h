// SPDX-License-Identifier: Apache-2.0
//
// The transcript of one sound of any length, written as it is found: a transcript of hours begins
// to appear within seconds.

#ifndef TRANSEPT_COMMANDS_SOUNDRESULTS_H
#define TRANSEPT_COMMANDS_SOUNDRESULTS_H

#include "commands/GenerateResults.h"
#include "media/TranscriptWriter.h"

#include <functional>

namespace transept::commands {

struct SoundFormat {
  ResultFormat lines;
  bool wantsTimes = false, wantsWords = false;
  /// One of media::transcriptFormats(); empty: lines as those of other sources.
  std::string name;
  double offset = 0;  // of the sound in its file, seconds
  double seconds = 0; // of the sound
  /// From one frame of features to the next.
  double secondsPerFrame = 0.01;
};

class SoundResult {
public:
  /// `write` gets pieces of text, in order.
  SoundResult(const Model &model, const SoundFormat &format, const GenerateSource &source,
              std::function<void(const std::string &)> write);

  void add(const SoundSegment &segment);
  void finish(const std::string &language);

private:
  std::string linesOf(const media::WrittenSegment &written) const;
  std::string textOf(const media::WrittenSegment &written) const;
  std::string jsonLine(const std::string &language) const;

  const Model &model;
  const SoundFormat &format;
  const GenerateSource &source;
  std::function<void(const std::string &)> write;
  media::TranscriptWriter writer;
  std::vector<media::WrittenSegment> kept; // for JSON, which comes at once
  bool hasText = false;
};

} // namespace transept::commands

#endif
