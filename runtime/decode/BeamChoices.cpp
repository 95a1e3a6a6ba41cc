// SPDX-License-Identifier: Apache-2.0
//
// Ties, which torch leaves open, go to the lower beam, then to the higher log-probability, then to
// the lower id.

#include "runtime/decode/BeamChoices.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

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

/// The possible continuations, at most `limit` of each beam.
void collect(std::span<const Beam> beams, std::span<const Continuations> lists, std::size_t limit,
             std::vector<Choice> &choices) {
  choices.clear();
  for (std::size_t beam = 0; beam < beams.size(); ++beam) {
    const Continuations &list = continuationsOf(lists, beam);
    for (std::size_t rank = 0; rank < std::min(list.candidates.size(), limit); ++rank) {
      const Candidate &candidate = list.candidates[rank];
      float sum = candidate.score + beams[beam].score;
      if (sum > -INFINITY)
        choices.push_back({sum, std::int32_t(beam), std::int32_t(rank), candidate.id,
                           list.tokenScore(candidate)});
    }
  }
}

/// The choice in whose share of what is left `uniform` lies; null if nothing has a share.
Choice *drawFrom(std::vector<Choice> &choices, std::vector<double> &shares, double uniform) {
  double total = 0, below = 0;
  for (double share : shares)
    total += share;
  Choice *drawn = nullptr;
  double *drawnShare = nullptr;
  for (std::size_t index = 0; index < choices.size() && total > 0; ++index) {
    if (shares[index] == 0)
      continue;
    // Where rounding leaves the last share short, the last one that has a share gets the rest.
    drawn = &choices[index];
    drawnShare = &shares[index];
    below += shares[index];
    if (uniform * total < below)
      break;
  }
  if (drawn)
    *drawnShare = 0;
  return drawn;
}

} // namespace

void chooseBest(std::span<const Beam> beams, std::span<const Continuations> lists,
                std::size_t count, std::uint64_t vocabularySize, std::vector<Choice> &choices) {
  collect(beams, lists, count, choices);
  auto middle = choices.begin() + std::ptrdiff_t(std::min(count, choices.size()));
  std::partial_sort(choices.begin(), middle, choices.end(), isBetterChoice);
  choices.erase(middle, choices.end());
  fillWithImpossible(beams.size(), count, vocabularySize, choices);
}

void drawChoices(std::span<const Beam> beams, std::span<const Continuations> lists,
                 std::size_t count, DrawPlace place, std::uint64_t vocabularySize,
                 std::vector<Choice> &choices) {
  std::vector<Choice> possible;
  collect(beams, lists, SIZE_MAX, possible);
  if (possible.empty())
    fail(ErrorCode::InvalidArgument,
         "there is no token to draw: the options ban all that may follow ", place.length,
         " tokens of a result in every beam");
  float best =
      std::max_element(possible.begin(), possible.end(),
                       [](const Choice &left, const Choice &right) { return left.sum < right.sum; })
          ->sum;
  std::vector<double> shares;
  for (const Choice &choice : possible)
    shares.push_back(std::exp(double(choice.sum) - double(best)));
  choices.clear();
  for (place.sample = 0; place.sample < count; ++place.sample) {
    Choice *drawn = drawFrom(possible, shares, uniformAt(place));
    if (!drawn)
      break;
    choices.push_back(*drawn);
    drawn->sum = -INFINITY; // it is taken
  }
  // What is too unlikely to have a share comes behind what has one.
  std::erase_if(possible, [](const Choice &choice) { return choice.sum == -INFINITY; });
  std::size_t missing = std::min(count - choices.size(), possible.size());
  auto middle = possible.begin() + std::ptrdiff_t(missing);
  std::partial_sort(possible.begin(), middle, possible.end(), isBetterChoice);
  choices.insert(choices.end(), possible.begin(), middle);
  std::sort(choices.begin(), choices.end(), isBetterChoice);
  fillWithImpossible(beams.size(), count, vocabularySize, choices);
}

} // namespace transept::runtime
