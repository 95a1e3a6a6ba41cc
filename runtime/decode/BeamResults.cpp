// SPDX-License-Identifier: Apache-2.0
//
// The best result is one of the kept hypotheses, or a continuation of a beam that goes on.

#include "runtime/decode/BeamResults.h"

#include <algorithm>
#include <iterator>

namespace transept::runtime {

std::vector<GeneratedSequence> takeSequences(std::span<BeamGroup> groups,
                                             const GenerationSettings &settings,
                                             std::uint32_t openReason) {
  std::vector<Hypothesis> all;
  for (BeamGroup &group : groups)
    std::move(group.hypotheses().all().begin(), group.hypotheses().all().end(),
              std::back_inserter(all));
  std::vector<GeneratedSequence> sequences;
  std::int64_t count = settings.ranksByCoverage() ? std::ssize(all) : settings.returnCount;
  for (Hypothesis &hypothesis : takeBest(std::move(all), count)) {
    if (hypothesis.hasEnded())
      hypothesis.ids.push_back(settings.ends.front());
    sequences.push_back({std::move(hypothesis.ids), float(hypothesis.score),
                         hypothesis.reason.value_or(openReason),
                         std::move(hypothesis.tokenScores)});
  }
  return sequences;
}

std::optional<std::int32_t> sharedId(std::span<const BeamGroup> groups,
                                     const GenerationSettings &settings, std::size_t position) {
  std::optional<std::int32_t> shared;
  auto agrees = [&](const std::vector<std::int32_t> &ids, bool hasEnded) {
    std::optional<std::int32_t> id;
    if (position < ids.size())
      id = ids[position];
    else if (position == ids.size() && hasEnded)
      id = settings.ends.front();
    if (!shared)
      shared = id;
    return id && id == shared;
  };
  for (const BeamGroup &group : groups) {
    for (const Hypothesis &hypothesis : group.hypotheses().all())
      if (!agrees(hypothesis.ids, hypothesis.hasEnded()))
        return std::nullopt;
    for (const Beam &beam : group.beams())
      if (!group.isDone() && !agrees(beam.ids, /*hasEnded=*/false))
        return std::nullopt;
  }
  return shared;
}

} // namespace transept::runtime
