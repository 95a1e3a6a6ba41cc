// SPDX-License-Identifier: Apache-2.0
//
// What the groups of beams of a source have come to: the sequences at the end, and before that the
// tokens that are certain to be in the best one.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMRESULTS_H
#define TRANSEPT_RUNTIME_DECODE_BEAMRESULTS_H

#include "runtime/decode/BeamGroup.h"

#include <optional>

namespace transept::runtime {

/// The best hypotheses of all groups, best first, moved out of them (all where another order is to
/// come); `openReason` is why those that
/// no end id ended are finished.
std::vector<GeneratedSequence> takeSequences(std::span<BeamGroup> groups,
                                             const GenerationSettings &settings,
                                             std::uint32_t openReason);

/// The id that the best result will have at this position, if all that can still become it agree.
std::optional<std::int32_t> sharedId(std::span<const BeamGroup> groups,
                                     const GenerationSettings &settings, std::size_t position);

} // namespace transept::runtime

#endif
