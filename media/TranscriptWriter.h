// SPDX-License-Identifier: Apache-2.0
//
// Transcripts as files that others read: the formats and fields that openai-whisper writes.

#ifndef TRANSEPT_MEDIA_TRANSCRIPTWRITER_H
#define TRANSEPT_MEDIA_TRANSCRIPTWRITER_H

#include "media/Transcripts.h"

#include "transept/long_speech.h"

#include <nlohmann/json.hpp>

namespace transept::media {

/// What transcripts can be written as: "txt", "srt", "vtt", "tsv", "json".
const std::vector<std::string> &transcriptFormats();

/// A segment with its text. Its times count from the beginning of the file.
struct WrittenSegment {
  SoundSegment segment;
  std::string text;             // with the blank before it
  std::vector<TimedText> words; // where they are wanted
};

/// Writes one transcript piece by piece; what the functions return belongs behind each other.
class TranscriptWriter {
public:
  /// `format` is one of transcriptFormats().
  explicit TranscriptWriter(const std::string &format) : format(format) {}

  std::string begin() const;
  std::string add(const WrittenSegment &written);
  std::string end(const std::string &language) const;

private:
  std::string format;
  size_t count = 0;
  std::string text;                                                  // of all segments
  nlohmann::ordered_json segments = nlohmann::ordered_json::array(); // only "json" keeps them
};

/// A segment as a member of "segments" in JSON.
nlohmann::ordered_json segmentJson(const WrittenSegment &written, size_t number);

} // namespace transept::media

#endif
