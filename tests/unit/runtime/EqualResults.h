// SPDX-License-Identifier: Apache-2.0
//
// That guesses, whoever makes them, change nothing of what a call returns.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_EQUALRESULTS_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_EQUALRESULTS_H

#include "transept/model.h"

#include <gtest/gtest.h>

namespace transept::tests {

/// All sequences of all sources, bit by bit.
inline void expectEqualResults(const std::vector<Generation> &actual,
                               const std::vector<Generation> &expected, unsigned seed) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) {
    ASSERT_EQ(actual[index].sequences.size(), expected[index].sequences.size());
    for (std::size_t rank = 0; rank < expected[index].sequences.size(); ++rank) {
      const Sequence &wanted = expected[index].sequences[rank];
      const Sequence &found = actual[index].sequences[rank];
      EXPECT_EQ(found.ids, wanted.ids) << "seed " << seed;
      EXPECT_EQ(found.score, wanted.score) << "seed " << seed;
      EXPECT_EQ(found.tokenScores, wanted.tokenScores) << "seed " << seed;
      EXPECT_EQ(found.finishReason, wanted.finishReason) << "seed " << seed;
    }
  }
}

} // namespace transept::tests

#endif
