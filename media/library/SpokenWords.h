// SPDX-License-Identifier: Apache-2.0
//
// Tokens with times as words with times, as transformers 4.44 groups them.

#ifndef TRANSEPT_MEDIA_LIBRARY_SPOKENWORDS_H
#define TRANSEPT_MEDIA_LIBRARY_SPOKENWORDS_H

#include "media/tokenizers/Tokenizer.h"

#include <span>
#include <string>
#include <vector>

namespace transept::media {

struct TimedText {
  double begin = 0, end = 0; // seconds
  std::string text = {};
  double probabilitySum = 0; // of its tokens
  size_t tokenCount = 0;

  double probability() const { return tokenCount == 0 ? 0 : probabilitySum / double(tokenCount); }
  /// Takes over what follows.
  void append(const TimedText &next);
};

struct TimedIds {
  std::span<const int32_t> ids;
  std::span<const double> times; // when each begins; maybe one more, when the last one ends
  std::span<const float> scores; // of each, or empty
  double end;                    // when the last one ends, where times do not say it
};

/// Joins texts of one token or more to words: at blanks, or, in languages that are written without,
/// at each character; punctuation belongs to its neighbour. They keep their blanks.
std::vector<TimedText> groupWords(std::vector<TimedText> runs, const std::string &language);

/// The words of ids, of which those from `firstTimestamp` on are left out (unless it is negative).
std::vector<TimedText> wordsOf(const text::Tokenizer &tokenizer, const TimedIds &spoken,
                               int32_t firstTimestamp, const std::string &language);

} // namespace transept::media

#endif
