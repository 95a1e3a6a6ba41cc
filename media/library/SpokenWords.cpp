// SPDX-License-Identifier: Apache-2.0
//
// After _combine_tokens_into_words of transformers' speech tokenizers: tokens that end inside of a
// character are joined with the next ones first.

#include "media/library/SpokenWords.h"

#include "media/text/Unicode.h"

#include <algorithm>
#include <array>
#include <cmath>

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

/// Runs of tokens that are whole characters.
std::vector<TimedText> characterRuns(const text::Tokenizer &tokenizer, const TimedIds &spoken,
                                     int32_t firstTimestamp) {
  std::vector<size_t> places;
  for (size_t at = 0; at < spoken.ids.size(); ++at)
    if (firstTimestamp < 0 || spoken.ids[at] < firstTimestamp)
      places.push_back(at);
  std::vector<TimedText> runs;
  std::vector<int32_t> run;
  TimedText next;
  for (size_t at : places) {
    if (run.empty())
      next = {.begin = spoken.times[at]};
    run.push_back(spoken.ids[at]);
    next.tokenCount += !spoken.scores.empty();
    next.probabilitySum += spoken.scores.empty() ? 0 : std::exp(double(spoken.scores[at]));
    next.text = tokenizer.decode(run, {.cleanUpSpaces = false});
    bool isInside =
        next.text.find("\xef\xbf\xbd") != next.text.npos && run.size() < kLongestCharacter;
    if (isInside && at != places.back())
      continue;
    next.end = at + 1 < spoken.times.size() ? spoken.times[at + 1] : spoken.end;
    if (!next.text.empty())
      runs.push_back(next);
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
      words.back().append(run);
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
    TimedText joined = mark;
    joined.append(word);
    word = joined;
    mark.text.clear();
  }
  std::erase_if(words, [](const TimedText &word) { return word.text.empty(); });
  std::vector<TimedText> joined;
  for (TimedText &word : words) {
    if (!joined.empty() && !joined.back().text.ends_with(' ') && isOneOf(word.text, kAfterWords)) {
      joined.back().append(word);
    } else {
      joined.push_back(std::move(word));
    }
  }
  return joined;
}

} // namespace

void TimedText::append(const TimedText &next) {
  text += next.text;
  end = next.end;
  probabilitySum += next.probabilitySum;
  tokenCount += next.tokenCount;
}

std::vector<TimedText> groupWords(std::vector<TimedText> runs, const std::string &language) {
  if (std::ranges::find(kUnspacedLanguages, language) == kUnspacedLanguages.end())
    runs = joinAtBlanks(runs);
  return joinPunctuation(std::move(runs));
}

std::vector<TimedText> wordsOf(const text::Tokenizer &tokenizer, const TimedIds &spoken,
                               int32_t firstTimestamp, const std::string &language) {
  return groupWords(characterRuns(tokenizer, spoken, firstTimestamp), language);
}

} // namespace transept::media
