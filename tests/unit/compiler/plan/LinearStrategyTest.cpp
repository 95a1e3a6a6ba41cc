// SPDX-License-Identifier: Apache-2.0
//
// The blocking of linear layers, as a table over processors and number types.

#include "compiler/plan/strategy/LinearStrategy.h"

#include "tests/unit/compiler/plan/NarrowTargets.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

using plan::NumberType;
using targets::Target;

Target named(const std::string &cpu) {
  std::string error;
  std::optional<Target> target = targets::targetFor(cpu, error);
  EXPECT_TRUE(target) << error;
  return *target;
}

constexpr NumberType kTypes[] = {NumberType::F32, NumberType::BF16, NumberType::Int8,
                                 NumberType::Int4};

std::vector<Target> everyTarget() {
  std::vector<Target> targets = {testing::vectorsOf128Bits(16), testing::vectorsOf128Bits(32)};
  for (const char *cpu : {"x86-64-v3", "x86-64-v4", "cascadelake", "sapphirerapids"})
    targets.push_back(named(cpu));
  return targets;
}

TEST(LinearStrategy, KeepsPreparedRowsInHalfOfTheSecondLevelCache) {
  for (const Target &target : everyTarget())
    for (NumberType type : kTypes)
      for (int64_t depth : {16, 100, 512, 768, 1024, 2048, 4096}) {
        PreparedRows rows(target, type, depth);
        LinearStrategy strategy = chooseLinearStrategy(rows);
        EXPECT_EQ(strategy.rowBlock % rows.tileRows(), 0) << target.cpu << " " << depth;
        if (strategy.rowBlock > 2 * rows.tileRows())
          EXPECT_LE(strategy.rowBlock * rows.rowBytes(), target.secondLevelCacheBytes / 2)
              << target.cpu << " " << depth;
      }
}

TEST(LinearStrategy, NeverGoesBelowTwoTiles) {
  constexpr int64_t kLongRow = 1 << 20;
  auto rowBlock = [&](const Target &target, NumberType type) {
    return chooseLinearStrategy({target, type, kLongRow}).rowBlock;
  };
  EXPECT_EQ(rowBlock(named("x86-64-v4"), NumberType::F32), 2 * 12);
  EXPECT_EQ(rowBlock(named("sapphirerapids"), NumberType::Int8), 2 * 32);
  EXPECT_EQ(rowBlock(testing::vectorsOf128Bits(16), NumberType::F32), 2 * 3);
}

TEST(LinearStrategy, TakesMoreRowsOfNarrowerTypes) {
  for (const Target &target : {named("x86-64-v3"), named("cascadelake"),
                               testing::vectorsOf128Bits(16), testing::vectorsOf128Bits(32)}) {
    LinearStrategy floats = chooseLinearStrategy({target, NumberType::F32, 4096});
    LinearStrategy bytes = chooseLinearStrategy({target, NumberType::Int8, 4096});
    EXPECT_GT(bytes.rowBlock, floats.rowBlock) << target.cpu;
  }
}

TEST(LinearStrategy, SplitsRowsOnlyWhereEachWorkerFillsManyTiles) {
  auto rowsToSplit = [](const Target &target) {
    return chooseLinearStrategy({target, NumberType::F32, 512}).rowsToSplit;
  };
  EXPECT_EQ(rowsToSplit(named("x86-64-v4")), 8 * 12);
  EXPECT_EQ(rowsToSplit(testing::vectorsOf128Bits(16)), 8 * 3);
  EXPECT_EQ(rowsToSplit(testing::vectorsOf128Bits(32)), 8 * 6);
}

} // namespace
} // namespace transept::codegen
