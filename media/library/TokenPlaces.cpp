// SPDX-License-Identifier: Apache-2.0
//
// What the first tokens of a list decode to begins as what all of them do, up to a place that later
// tokens can change no more: an unfinished character, or a blank that punctuation takes away.

#include "media/library/TokenPlaces.h"

#include "media/text/Characters.h"
#include "media/text/Unicode.h"

#include <algorithm>

namespace transept::media {

namespace {

using Range = transept_byte_range;

bool isEmpty(const Range &range) {
  return range.begin == range.end;
}

/// Whole characters that both begin with.
size_t sharedBeginning(std::string_view part, std::string_view text) {
  size_t shared = size_t(std::ranges::mismatch(part, text).in2 - text.begin());
  while (shared > 0 && shared < text.size() && (uint8_t(text[shared]) & 0xc0) == 0x80)
    --shared;
  return shared;
}

Range withoutSpace(std::string_view text, Range range) {
  std::string_view part = text.substr(range.begin, range.end - range.begin);
  std::string_view right = text::stripRight(part), bare = text::stripLeft(right);
  uint64_t begin = range.begin + (right.size() - bare.size());
  return {begin, begin + bare.size()};
}

/// Of each id in `text`, which they are decoded to.
std::vector<Range> rangesIn(std::string_view text, const text::Tokenizer &tokenizer,
                            std::span<const int32_t> ids, const text::DecodeOptions &options) {
  std::vector<Range> ranges;
  size_t end = 0;
  for (size_t index = 0; index < ids.size(); ++index) {
    std::string part = tokenizer.decode(ids.first(index + 1), options);
    size_t begin = end;
    end = std::max(end, sharedBeginning(part, text));
    bool isUnfinished = part.size() > end && end < text.size();
    ranges.push_back(
        withoutSpace(text, {begin, isUnfinished ? end + text::characterLength(text, end) : end}));
  }
  return ranges;
}

/// A character without what normalizing changes, and where it comes from.
struct Letter {
  char32_t character;
  Range place;
};

std::vector<Letter> lettersOf(std::string_view text) {
  std::vector<Letter> letters;
  for (size_t position = 0; position < text.size();) {
    Range place{position, position + text::characterLength(text, position)};
    std::string_view written = text.substr(place.begin, place.end - place.begin);
    position = place.end;
    std::string plain = text::removeNonSpacingMarks(
        text::normalize(text::lowerEach(written), text::NormalForm::KD));
    // A mark belongs to the letter before it.
    if (plain.empty() && !letters.empty() && letters.back().place.end == place.begin)
      letters.back().place.end = place.end;
    for (size_t at = 0; at < plain.size();)
      if (char32_t character = text::nextCharacter(plain, at); !text::isWhiteSpace(character))
        letters.push_back({character, place});
  }
  return letters;
}

/// How many letters are left out of each text before both go on alike: the fewest.
struct Gap {
  size_t first = 0, second = 0;
};
constexpr size_t kLongestGap = 64;

Gap gapBetween(std::span<const Letter> first, std::span<const Letter> second) {
  auto isAlike = [&](size_t left, size_t right) {
    // Two in a row, because single letters are everywhere.
    for (size_t step = 0; step < 2; ++step)
      if (left + step < first.size() && right + step < second.size() &&
          first[left + step].character != second[right + step].character)
        return false;
    return true;
  };
  for (size_t sum = 0; sum <= kLongestGap; ++sum)
    for (size_t left = 0; left <= sum; ++left)
      if (left < first.size() && sum - left < second.size() && isAlike(left, sum - left))
        return {left, sum - left};
  return {std::min<size_t>(1, first.size()), std::min<size_t>(1, second.size())};
}

/// Where each letter of `decoded` is in the text with the letters `source`; empty where it is not.
std::vector<Range> placesOf(std::span<const Letter> decoded, std::span<const Letter> source) {
  std::vector<Range> places(decoded.size());
  size_t left = 0, right = 0;
  while (left < decoded.size() && right < source.size()) {
    if (decoded[left].character == source[right].character) {
      places[left++] = source[right++].place;
      continue;
    }
    Gap gap = gapBetween(decoded.subspan(left), source.subspan(right));
    left += gap.first;
    right += gap.second;
  }
  return places;
}

/// What the letters of a range of the decoded text cover in the source.
Range coveredBy(Range range, std::span<const Letter> letters, std::span<const Range> places) {
  auto first = std::ranges::lower_bound(letters, range.begin, {},
                                        [](const Letter &letter) { return letter.place.begin; });
  Range covered{0, 0};
  for (size_t at = size_t(first - letters.begin());
       at < letters.size() && letters[at].place.end <= range.end; ++at) {
    if (isEmpty(places[at]))
      continue;
    covered.begin = isEmpty(covered) ? places[at].begin : covered.begin;
    covered.end = places[at].end;
  }
  return covered;
}

/// What was not found gets what lies between those that were; others without a range, a place
/// there.
std::vector<Range> withFilledGaps(const std::vector<Range> &found,
                                  const std::vector<bool> &isMissing, std::string_view text) {
  std::vector<Range> filled;
  uint64_t before = 0;
  for (auto at = found.begin(); at != found.end(); ++at) {
    if (!isEmpty(*at)) {
      filled.push_back(*at);
      before = at->end;
      continue;
    }
    auto next = std::find_if_not(at, found.end(), isEmpty);
    uint64_t after = next == found.end() ? text.size() : next->begin;
    // Neighbours may be parts of one character.
    if (isMissing[filled.size()]) {
      filled.push_back(withoutSpace(text, {std::min(before, after), std::max(before, after)}));
      continue;
    }
    uint64_t place = std::min(before, after);
    place = filled.empty() ? place : std::max(place, filled.back().begin);
    filled.push_back({place, place});
  }
  return filled;
}

} // namespace

std::vector<Range> rangesOf(const text::Tokenizer &tokenizer, std::span<const int32_t> ids,
                            const text::DecodeOptions &options) {
  return rangesIn(tokenizer.decode(ids, options), tokenizer, ids, options);
}

std::vector<Range> sourceRangesOf(const text::Tokenizer &tokenizer, std::span<const int32_t> ids,
                                  std::string_view text) {
  const text::DecodeOptions options{.cleanUpSpaces = false, .isSource = true};
  const std::string decoded = tokenizer.decode(ids, options);
  const std::vector<Range> ranges = rangesIn(decoded, tokenizer, ids, options);
  const std::vector<Letter> letters = lettersOf(decoded);
  const std::vector<Range> places = placesOf(letters, lettersOf(text));
  std::vector<Range> result;
  std::vector<bool> isMissing;
  for (size_t index = 0; index < ids.size(); ++index) {
    result.push_back(coveredBy(ranges[index], letters, places));
    isMissing.push_back(isEmpty(result.back()) &&
                        (!isEmpty(ranges[index]) || ids[index] == tokenizer.unknownId()));
  }
  return withFilledGaps(result, isMissing, text);
}

} // namespace transept::media
