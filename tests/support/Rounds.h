// SPDX-License-Identifier: Apache-2.0
//
// How often comparisons with random inputs are repeated.
#ifndef TRANSEPT_TESTS_SUPPORT_ROUNDS_H
#define TRANSEPT_TESTS_SUPPORT_ROUNDS_H

namespace transept {

/// Sanitizers are ten times slower, and find what they look for in fewer rounds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int sanitizedShare = 5;
#else
constexpr int sanitizedShare = 1;
#endif

template <typename Count> constexpr Count roundsOf(Count count) {
  return count / Count(sanitizedShare);
}

} // namespace transept

#endif
