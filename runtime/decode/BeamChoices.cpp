// SPDX-License-Identifier: Apache-2.0
//
// Ties, which torch leaves open, go to the lower beam, then to the higher log-probability, then to
// the lower id.

#include "runtime/decode/BeamChoices.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {
namespace {

bool isBetterChoice(const Choice &left, const Choice &right) {
  if (left.sum != right.sum)
    return left.sum > right.sum;
  return left.beam != right.beam ? left.beam < right.beam : left.rank < right.rank;
}

/// When fewer continuations are possible than asked for, Hugging Face's top-k returns impossible
/// ones (-inf); ours are the first of them. All possible ones are among the choices then.
void fillWithImpossible(std::size_t beamCount, std::size_t count, std::uint64_t vocabularySize,
                        std::vector<Choice> &choices) {
  std::size_t possible = choices.size();
  for (std::size_t beam = 0; beam < beamCount && choices.size() < count; ++beam) {
    for (std::uint64_t id = 0; id < vocabularySize && choices.size() < count; ++id) {
      auto isThis = [&](const Choice &choice) {
        return choice.beam == std::int32_t(beam) && choice.id == std::int32_t(id);
      };
      auto end = choices.begin() + std::ptrdiff_t(possible);
      if (std::none_of(choices.begin(), end, isThis))
        choices.push_back({-INFINITY, std::int32_t(beam), 0, std::int32_t(id), -INFINITY});
    }
  }
}

} // namespace

void chooseBest(std::span<const Beam> beams, std::span<const Continuations> lists,
                std::size_t count, std::uint64_t vocabularySize, std::vector<Choice> &choices) {
  choices.clear();
  for (std::size_t beam = 0; beam < beams.size(); ++beam) {
    const Continuations &list = continuationsOf(lists, beam);
    for (std::size_t rank = 0; rank < std::min(list.candidates.size(), count); ++rank) {
      const Candidate &candidate = list.candidates[rank];
      float sum = candidate.score + beams[beam].score;
      if (sum > -INFINITY)
        choices.push_back({sum, std::int32_t(beam), std::int32_t(rank), candidate.id,
                           list.tokenScore(candidate)});
    }
  }
  auto middle = choices.begin() + std::ptrdiff_t(std::min(count, choices.size()));
  std::partial_sort(choices.begin(), middle, choices.end(), isBetterChoice);
  choices.erase(middle, choices.end());
  fillWithImpossible(beams.size(), count, vocabularySize, choices);
}

} // namespace transept::runtime
