// SPDX-License-Identifier: Apache-2.0
//
// The rows of a source stay sorted by score, best first.

#include "benchmarks/models/BeamSearch.h"

#include <algorithm>

namespace transept::benchmarks {

BeamSearch::BeamSearch(size_t sources, size_t beams)
    : sources(sources), beams(beams), scores(sources * beams, -std::numeric_limits<float>::max()),
      ids(sources * beams), parentRows(sources * beams) {
  // All hypotheses are the same at first, so only one of each source counts.
  for (size_t source = 0; source < sources; ++source)
    scores[source * beams] = 0;
}

void BeamSearch::advance(const Candidates &candidates) {
  std::vector<float> before = scores;
  for (size_t source = 0; source < sources; ++source) {
    choices.clear();
    for (size_t row = source * beams; row < (source + 1) * beams; ++row)
      for (size_t at = row * candidates.count; at < (row + 1) * candidates.count; ++at)
        choices.push_back({before[row] + (candidates.logits[at] - candidates.logSums[row]),
                           uint32_t(row), candidates.ids[at]});
    auto middle = choices.begin() + std::ptrdiff_t(beams);
    std::partial_sort(choices.begin(), middle, choices.end(),
                      [](const Choice &a, const Choice &b) { return a.score > b.score; });
    for (size_t beam = 0; beam < beams; ++beam) {
      scores[source * beams + beam] = choices[beam].score;
      ids[source * beams + beam] = choices[beam].id;
      parentRows[source * beams + beam] = choices[beam].row;
    }
  }
  idHistory.push_back(ids);
  parentHistory.push_back(parentRows);
}

std::vector<Ids> BeamSearch::best() const {
  std::vector<Ids> results(sources);
  for (size_t source = 0; source < sources; ++source) {
    size_t row = source * beams;
    for (size_t step = idHistory.size(); step-- != 0;) {
      results[source].push_back(int32_t(idHistory[step][row]));
      row = parentHistory[step][row];
    }
    std::ranges::reverse(results[source]);
  }
  return results;
}

} // namespace transept::benchmarks
