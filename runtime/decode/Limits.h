// SPDX-License-Identifier: Apache-2.0
//
// Bounds on one decode invocation: they bound the arena, and cost nothing, because products over
// this many rows are long compute-bound already.
#ifndef TRANSEPT_RUNTIME_DECODE_LIMITS_H
#define TRANSEPT_RUNTIME_DECODE_LIMITS_H

#include <cstdint>

namespace transept::runtime {

/// Rows of one decode invocation (prompts and teacher forcing).
constexpr std::int64_t rowsPerInvocation = 512;

/// Hypotheses that a step of generate advances together, unless one source alone has more.
constexpr std::int64_t sequencesPerStep = 256;

/// Logits of whole rows that such a step keeps, likewise.
constexpr std::uint64_t logitsPerStep = std::uint64_t(1) << 24;

} // namespace transept::runtime

#endif
