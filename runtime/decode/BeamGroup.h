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
  BeamHypotheses &hypotheses() { return finished; }
  const BeamHypotheses &hypotheses() const { return finished; }

  /// Goes on with the best of `choices`, which are best first. A beam takes over its parent's
  /// pages.
  void apply(std::span<const Choice> choices);

private:
  void continueBeams();
  void addOpenBeams();
  void finish();
  std::int64_t generatedLength() const { return length() - rules.promptLength(); }

  const GenerationSettings &settings;
  const TokenRules &rules;
  BeamHypotheses finished;
  std::vector<Beam> current, next;
  bool done = false;
  std::vector<Choice> continued;
};

} // namespace transept::runtime

#endif
