// SPDX-License-Identifier: Apache-2.0
//
// Transcripts as texts with times, by segments and by words.

#ifndef TRANSEPT_MEDIA_TRANSCRIPTS_H
#define TRANSEPT_MEDIA_TRANSCRIPTS_H

#include "media/library/SpokenWords.h"

#include "transept/long_speech.h"

namespace transept::media {

std::vector<TimedText> segmentsOf(const Transcript &transcript, const text::Tokenizer &tokenizer);

/// The words of a transcript, without blanks. `seconds` of the source are sound.
std::vector<TimedText> wordsOf(const Model &model, const Source &source,
                               const Transcript &transcript, const text::Tokenizer &tokenizer,
                               double seconds);

/// The words of a segment that has tokenTimes, with their blanks.
std::vector<TimedText> wordsOf(const Model &model, const SoundSegment &segment,
                               const text::Tokenizer &tokenizer);

} // namespace transept::media

#endif
