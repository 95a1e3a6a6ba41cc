// SPDX-License-Identifier: Apache-2.0
//
// The blocking of linear layers, as a table.

#include "compiler/codegen/strategy/LinearStrategy.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

Target avx512() {
  Target target;
  target.instructionSet = InstructionSet::Avx512;
  return target;
}

TEST(LinearStrategy, KeepsPackedRowsInHalfOfTheSecondLevelCache) {
  for (const Target &target : {Target(), avx512()})
    for (int64_t depth : {16, 512, 768, 1024, 2048, 4096}) {
      LinearStrategy strategy = chooseLinearStrategy(depth, target);
      EXPECT_EQ(strategy.rowBlock % target.tileRows(), 0) << depth;
      EXPECT_LE(strategy.rowBlock * depth * 4, target.secondLevelCacheBytes() / 2) << depth;
    }
}

TEST(LinearStrategy, NeverGoesBelowTwoTiles) {
  EXPECT_EQ(chooseLinearStrategy(1 << 20, avx512()).rowBlock, 2 * avx512().tileRows());
}

TEST(LinearStrategy, SplitsRowsOnlyWhereEachWorkerFillsManyTiles) {
  EXPECT_EQ(chooseLinearStrategy(512, avx512()).rowsToSplit, 8 * 12);
}

} // namespace
} // namespace transept::codegen
