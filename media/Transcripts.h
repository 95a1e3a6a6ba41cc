// SPDX-License-Identifier: Apache-2.0
//
// Transcripts as texts with times, by segments and by words.

#ifndef TRANSEPT_MEDIA_TRANSCRIPTS_H
#define TRANSEPT_MEDIA_TRANSCRIPTS_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/long_speech.h"

namespace transept::media {

struct TimedText {
  double begin = 0, end = 0; // seconds
  std::string text;
};

std::vector<TimedText> segmentsOf(const Transcript &transcript, const text::Tokenizer &tokenizer);

/// Joins texts of one token or more to words, as transformers 4.44 groups tokens: at blanks, or, in
/// languages that are written without, at each character; punctuation belongs to its neighbour.
/// They keep their blanks.
std::vector<TimedText> groupWords(std::vector<TimedText> runs, const std::string &language);

/// The words of a transcript, without blanks. `seconds` of the source are sound.
std::vector<TimedText> wordsOf(const Model &model, const Source &source,
                               const Transcript &transcript, const text::Tokenizer &tokenizer,
                               double seconds);

/// The words of a segment that has tokenTimes, with their blanks.
std::vector<TimedText> wordsOf(const Model &model, const SoundSegment &segment,
                               const text::Tokenizer &tokenizer);

} // namespace transept::media

#endif
