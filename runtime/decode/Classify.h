// SPDX-License-Identifier: Apache-2.0
//
// Scores of labels: one pass of the decoder over the source itself, read at its end.
#ifndef TRANSEPT_RUNTIME_DECODE_CLASSIFY_H
#define TRANSEPT_RUNTIME_DECODE_CLASSIFY_H

#include "runtime/engine/Handles.h"

#include <span>

namespace transept::runtime {

/// Writes [sources, labels] logits, and scores where `scores` is not null. Throws Error for a
/// source that has no end id, or more ids than the target has positions.
void classify(Engine &engine, std::span<transept_source *const> sources, float *logits,
              float *scores);

} // namespace transept::runtime

#endif
