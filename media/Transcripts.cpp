// SPDX-License-Identifier: Apache-2.0
//
// Times of tokens come from what the decoder looked at (transept/alignment.h).

#include "media/Transcripts.h"

#include "media/text/Unicode.h"

#include "transept/alignment.h"

#include <algorithm>

namespace transept::media {

namespace {

std::vector<TimedText> stripped(std::vector<TimedText> words) {
  for (TimedText &word : words)
    word.text = text::strip(word.text);
  std::erase_if(words, [](const TimedText &word) { return word.text.empty(); });
  return words;
}

} // namespace

std::vector<TimedText> segmentsOf(const Transcript &transcript, const text::Tokenizer &tokenizer) {
  std::vector<TimedText> segments;
  for (const SpeechSegment &segment : transcript.segments)
    segments.push_back(
        {segment.begin, segment.end, std::string(text::strip(tokenizer.decode(segment.ids)))});
  return segments;
}

std::vector<TimedText> wordsOf(const Model &model, const Source &source,
                               const Transcript &transcript, const text::Tokenizer &tokenizer,
                               double seconds) {
  std::vector<double> times = tokenTimes(model, source, transcript.sequence.ids, seconds);
  double end = std::min(seconds, double(source.length()) * secondsPerTimestamp);
  return stripped(wordsOf(tokenizer,
                          {.ids = transcript.text(),
                           .times = std::span(times).subspan(transcript.promptLength),
                           .scores = {},
                           .end = end},
                          model.table().speech->first_timestamp_id, transcript.language));
}

std::vector<TimedText> wordsOf(const Model &model, const SoundSegment &segment,
                               const text::Tokenizer &tokenizer) {
  double last = segment.tokenTimes.empty() ? segment.end : segment.tokenTimes.back();
  return wordsOf(tokenizer,
                 {.ids = segment.ids,
                  .times = segment.tokenTimes,
                  .scores = segment.tokenScores,
                  .end = std::max(last, segment.end)},
                 model.table().speech->first_timestamp_id, segment.language);
}

} // namespace transept::media
