// SPDX-License-Identifier: Apache-2.0
//
// Which continuations of all beams a step of beam search looks at: the best ones.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMCHOICES_H
#define TRANSEPT_RUNTIME_DECODE_BEAMCHOICES_H

#include "runtime/decode/Beams.h"

namespace transept::runtime {

/// The best `count` continuations, best first. The candidates of each list are best first.
void chooseBest(std::span<const Beam> beams, std::span<const Continuations> lists,
                std::size_t count, std::uint64_t vocabularySize, std::vector<Choice> &choices);

} // namespace transept::runtime

#endif
