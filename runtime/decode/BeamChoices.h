// SPDX-License-Identifier: Apache-2.0
//
// Which continuations of all beams a step of beam search looks at: the best ones, or some that are
// drawn at random.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMCHOICES_H
#define TRANSEPT_RUNTIME_DECODE_BEAMCHOICES_H

#include "runtime/decode/Beams.h"
#include "runtime/decode/Philox.h"

namespace transept::runtime {

/// The best `count` continuations, best first. The candidates of each list are best first.
void chooseBest(std::span<const Beam> beams, std::span<const Continuations> lists,
                std::size_t count, std::uint64_t vocabularySize, std::vector<Choice> &choices);

/// `count` continuations that are drawn one after another by their probability among those that are
/// left, best first; draw number d by uniformAt of `place` with sample d. Throws Error if none is
/// possible.
void drawChoices(std::span<const Beam> beams, std::span<const Continuations> lists,
                 std::size_t count, DrawPlace place, std::uint64_t vocabularySize,
                 std::vector<Choice> &choices);

} // namespace transept::runtime

#endif
