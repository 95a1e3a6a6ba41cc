// SPDX-License-Identifier: Apache-2.0
//
// Without an id that may follow, arg-max over nothing would be id 0.

#include "runtime/decode/ChoosableIds.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace transept::runtime {
namespace {

void sort(std::vector<std::int32_t> &ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// What is in a result whatever its scores are is in each share, too.
void completeVocabulary(GenerationSettings &settings) {
  settings.always = settings.ends;
  for (const auto &choices : settings.forcedWords)
    for (const std::vector<std::int32_t> &word : choices)
      settings.always.insert(settings.always.end(), word.begin(), word.end());
  sort(settings.always);
  std::vector<std::int32_t> &ids = settings.vocabulary;
  if (ids.empty())
    return;
  ids.insert(ids.end(), settings.always.begin(), settings.always.end());
  sort(ids);
  if (ids.size() == settings.vocabularySize)
    ids.clear(); // no share
}

void checkShortlist(const GenerationSettings &settings) {
  if (!settings.shortlist)
    return;
  if (!settings.hasShortlist)
    failArgument("shortlist", "true", "false: this model has none");
  if (!settings.vocabulary.empty())
    failArgument("shortlist", "true",
                 "false beside " + text(settings.named("vocabulary_ids", "vocabulary")));
}

/// How many of the ids that may be chosen are among these.
std::uint64_t choosableOf(const GenerationSettings &settings, std::span<const std::int32_t> ids) {
  if (settings.vocabulary.empty())
    return ids.size();
  return std::uint64_t(std::count_if(ids.begin(), ids.end(), [&](std::int32_t id) {
    return std::binary_search(settings.vocabulary.begin(), settings.vocabulary.end(), id);
  }));
}

void checkSomethingIsLeft(const GenerationSettings &settings) {
  std::vector<std::int32_t> never, first;
  std::set_union(settings.suppressed.begin(), settings.suppressed.end(),
                 settings.badWords.ids.begin(), settings.badWords.ids.end(),
                 std::back_inserter(never));
  std::set_union(never.begin(), never.end(), settings.beginningSuppressed.begin(),
                 settings.beginningSuppressed.end(), std::back_inserter(first));
  std::uint64_t choosable = settings.choosableIds();
  if (choosableOf(settings, first) < choosable)
    return;
  bool isAlways = choosableOf(settings, never) == choosable;
  fail(ErrorCode::InvalidArgument, settings.named("suppressed_ids", "suppressed"),
       isAlways ? ""
                : " and " + text(settings.named("beginning_suppressed_ids", "beginningSuppressed")),
       " together with ", settings.named("bad_words", "badWords"), " leave none of the ", choosable,
       " ids of the vocabulary", isAlways ? "" : " to begin with", ", but must leave one or more");
}

} // namespace

void resolveVocabulary(GenerationSettings &settings) {
  checkShortlist(settings);
  completeVocabulary(settings);
  checkSomethingIsLeft(settings);
  std::uint64_t choosable = settings.choosableIds();
  if (settings.beams > 1 &&
      settings.beamCandidates() > std::int64_t(choosable) * settings.groupSize())
    fail(ErrorCode::InvalidArgument, "beam search with ", settings.ends.size(),
         " end ids needs a larger vocabulary than ", choosable);
}

} // namespace transept::runtime
