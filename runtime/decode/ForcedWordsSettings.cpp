// SPDX-License-Identifier: Apache-2.0
//
// From ranges of ranges of ids to lists.

#include "runtime/decode/ForcedWordsSettings.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <utility>

namespace transept::runtime {
namespace {

using Word = std::vector<std::int32_t>;

Word readWord(const transept_generation_options &options, const GenerationSettings &settings,
              const std::string &name, std::uint64_t index) {
  std::uint64_t begin = options.forced_word_offsets[index];
  std::uint64_t end = options.forced_word_offsets[index + 1];
  if (begin >= end)
    failArgument("the length of " + name, 0, "1 or more");
  Word word(options.forced_word_ids + begin, options.forced_word_ids + end);
  for (std::size_t at = 0; at < word.size(); ++at) {
    std::string element = name + "[" + text(at) + "]";
    if (word[at] < 0 || std::uint64_t(word[at]) >= settings.vocabularySize)
      failArgument(element, word[at], rangeText(0, settings.vocabularySize - 1));
    if (std::find(settings.ends.begin(), settings.ends.end(), word[at]) != settings.ends.end())
      failArgument(element, word[at], "an id that does not end a result");
  }
  return word;
}

/// Where one word begins with another, finding the shorter would hide the longer.
void checkChoice(const std::string &name, const std::vector<Word> &words) {
  for (std::size_t first = 0; first < words.size(); ++first)
    for (std::size_t other = 0; other < words.size(); ++other)
      if (first != other && words[first].size() <= words[other].size() &&
          std::equal(words[first].begin(), words[first].end(), words[other].begin()))
        fail(ErrorCode::InvalidArgument, name, "[", other, "] begins with ", name, "[", first,
             "], but of words of which one is enough none must begin with another");
}

/// The range of words of a choice; without offsets, each word is one of its own.
std::pair<std::uint64_t, std::uint64_t> rangeOf(const transept_generation_options &options,
                                                std::uint64_t choice) {
  if (!options.forced_choice_offsets)
    return {choice, choice + 1};
  return {options.forced_choice_offsets[choice], options.forced_choice_offsets[choice + 1]};
}

} // namespace

void resolveForcedWords(const transept_generation_options &options, GenerationSettings &settings) {
  std::uint64_t count =
      options.forced_choice_offsets ? options.forced_choice_count : options.forced_word_count;
  if (count == 0)
    return;
  if (!options.forced_word_ids || !options.forced_word_offsets)
    failArgument("forced_word_ids or forced_word_offsets", "null", "set together");
  std::string name = text(settings.named("forced_words", "forcedWords"));
  for (std::uint64_t choice = 0; choice < count; ++choice) {
    auto [begin, end] = rangeOf(options, choice);
    std::string own = name + "[" + text(choice) + "]";
    if (begin >= end || end > options.forced_word_count)
      failArgument("the count of words of " + own, 0, "1 or more");
    std::vector<Word> &words = settings.forcedWords.emplace_back();
    for (std::uint64_t word = begin; word < end; ++word)
      words.push_back(readWord(options, settings, own + "[" + text(word - begin) + "]", word));
    checkChoice(own, words);
  }
  if (settings.beams == 1)
    failArgument("beams", 1, "2 or more when " + name + " is given");
  if (settings.sample || settings.beamGroups > 1)
    failArgument(name, "given", "left out when beams are sampled or in groups");
}

} // namespace transept::runtime
