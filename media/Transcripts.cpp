// SPDX-License-Identifier: Apache-2.0
//
// After _combine_tokens_into_words of transformers' speech tokenizers: tokens that end inside of a
// character are joined with the next ones first.

#include "media/Transcripts.h"

#include "media/text/Unicode.h"

#include "transept/alignment.h"

#include <algorithm>
#include <array>

namespace transept::media {

namespace {

constexpr std::array<std::string_view, 6> kUnspacedLanguages = {"zh", "ja", "th",
                                                                "lo", "my", "yue"};
constexpr std::string_view kBeforeWords = "\"'\xe2\x80\x9c\xc2\xa1\xc2\xbf([{-";
constexpr std::string_view kAfterWords = "\"'.\xe3\x80\x82,\xef\xbc\x8c!\xef\xbc\x81?\xef\xbc\x9f:"
                                         "\xef\xbc\x9a\xe2\x80\x9d)]}\xe3\x80\x81";
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// Tokens of one character, at most: they have a byte or more.
constexpr size_t kLongestCharacter = 4;

bool isOneOf(std::string_view character, std::string_view characters) {
  return !character.empty() && characters.find(character) != characters.npos;
}

/// Runs of tokens that are whole characters, of what follows a prompt.
std::vector<TimedText> characterRuns(std::span<const Id> ids, size_t promptLength,
                                     std::span<const double> times, double end,
                                     const text::Tokenizer &tokenizer, Id firstTimestamp) {
  std::vector<size_t> places;
  for (size_t at = promptLength; at < ids.size(); ++at)
    if (firstTimestamp < 0 || ids[at] < firstTimestamp)
      places.push_back(at);
  std::vector<TimedText> runs;
  std::vector<Id> run;
  double begin = 0;
  for (size_t at : places) {
    if (run.empty())
      begin = times[at];
    run.push_back(ids[at]);
    std::string text = tokenizer.decode(run, {.cleanUpSpaces = false});
    bool isInside = text.find("\xef\xbf\xbd") != text.npos && run.size() < kLongestCharacter;
    if (isInside && at != places.back())
      continue;
    if (!text.empty())
      runs.push_back({begin, at + 1 < times.size() ? times[at + 1] : end, text});
    run.clear();
  }
  return runs;
}

/// Joins runs to words that begin with a blank or are punctuation.
std::vector<TimedText> joinAtBlanks(const std::vector<TimedText> &runs) {
  std::vector<TimedText> words;
  for (const TimedText &run : runs) {
    std::string_view bare = text::strip(run.text);
    if (words.empty() || run.text.starts_with(' ') || isOneOf(bare, kPunctuation)) {
      words.push_back(run);
    } else {
      words.back().text += run.text;
      words.back().end = run.end;
    }
  }
  return words;
}

/// Opening marks go to the word behind them, closing ones to the word before.
std::vector<TimedText> joinPunctuation(std::vector<TimedText> words) {
  for (size_t at = words.size(); at-- > 1;) {
    TimedText &mark = words[at - 1], &word = words[at];
    if (!mark.text.starts_with(' ') || !isOneOf(text::strip(mark.text), kBeforeWords))
      continue;
    word = {mark.begin, word.end, mark.text + word.text};
    mark.text.clear();
  }
  std::erase_if(words, [](const TimedText &word) { return word.text.empty(); });
  std::vector<TimedText> joined;
  for (TimedText &word : words) {
    if (!joined.empty() && !joined.back().text.ends_with(' ') && isOneOf(word.text, kAfterWords)) {
      joined.back().text += word.text;
      joined.back().end = word.end;
    } else {
      joined.push_back(std::move(word));
    }
  }
  return joined;
}

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

std::vector<TimedText> groupWords(std::vector<TimedText> runs, const std::string &language) {
  if (std::ranges::find(kUnspacedLanguages, language) == kUnspacedLanguages.end())
    runs = joinAtBlanks(runs);
  return joinPunctuation(std::move(runs));
}

std::vector<TimedText> wordsOf(const Model &model, const Source &source,
                               const Transcript &transcript, const text::Tokenizer &tokenizer,
                               double seconds) {
  std::vector<double> times = tokenTimes(model, source, transcript.sequence.ids, seconds);
  double end = std::min(seconds, double(source.length()) * secondsPerTimestamp);
  return stripped(groupWords(characterRuns(transcript.ids, transcript.promptLength, times, end,
                                           tokenizer, model.table().speech->first_timestamp_id),
                             transcript.language));
}

std::vector<TimedText> wordsOf(const Model &model, const SoundSegment &segment,
                               const text::Tokenizer &tokenizer) {
  double end = segment.tokenTimes.empty() ? segment.end : segment.tokenTimes.back();
  return groupWords(characterRuns(segment.ids, 0, segment.tokenTimes, std::max(end, segment.end),
                                  tokenizer, model.table().speech->first_timestamp_id),
                    segment.language);
}

} // namespace transept::media
