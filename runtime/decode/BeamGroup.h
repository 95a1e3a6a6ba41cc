// SPDX-License-Identifier: Apache-2.0
//
// Beams of one source that are compared with each other, and the hypotheses that came of them.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMGROUP_H
#define TRANSEPT_RUNTIME_DECODE_BEAMGROUP_H

#include "runtime/decode/BeamHypotheses.h"
#include "runtime/decode/Beams.h"
#include "runtime/decode/Search.h"

namespace transept::runtime {

class BeamGroup {
public:
  /// `rules` must outlive the group.
  BeamGroup(const SearchStart &start, const TokenRules &rules);

  bool isDone() const { return done; }
  std::int64_t length() const { return std::int64_t(current.front().ids.size()); }
  std::span<Beam> beams() { return current; }
  std::span<const Beam> beams() const { return current; }
  /// What the last step continued the beams with, also where the group was done by then.
  std::span<const Choice> continuations() const { return continued; }
  BeamHypotheses &hypotheses() { return finished; }
  const BeamHypotheses &hypotheses() const { return finished; }

  /// Goes on with the best of `choices`, which are best first and from `lists`. A beam takes over
  /// its parent's pages.
  void apply(std::span<const Choice> choices, std::span<const Continuations> lists);
  /// Makes hypotheses of the beams, as they are.
  void endEarly();
  /// Leaves it at the hypotheses that there are.
  void finish();

private:
  void sortChoices(std::span<const Choice> choices);
  void continueBeams();
  void addOpenBeams();
  std::int64_t generatedLength() const { return length() - rules.promptLength(); }
  bool hasForcedWords(const Beam &beam) const;

  const GenerationSettings &settings;
  const TokenRules &rules;
  BeamHypotheses finished;
  std::vector<Beam> current, next;
  bool done = false;
  std::vector<Choice> continued;
};

} // namespace transept::runtime

#endif
