// SPDX-License-Identifier: Apache-2.0
//
// How often comparisons with random inputs are repeated.
#ifndef TRANSEPT_TESTS_SUPPORT_ROUNDS_H
#define TRANSEPT_TESTS_SUPPORT_ROUNDS_H

namespace transept {

/// Sanitizers are ten times slower, and find what they look for in fewer rounds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned sanitizedShare = 5;
#else
constexpr unsigned sanitizedShare = 1;
#endif

constexpr unsigned roundsOf(unsigned count) {
  return count / sanitizedShare;
}

} // namespace transept

#endif
