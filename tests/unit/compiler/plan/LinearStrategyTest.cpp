// SPDX-License-Identifier: Apache-2.0
//
// The blocking of linear layers, as a table.

#include "compiler/plan/strategy/LinearStrategy.h"

#include "compiler/codegen/kernels/PackedProduct.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

using plan::NumberType;

Target named(const std::string &cpu) {
  std::string error;
  std::optional<Target> target = targetFor(cpu, error);
  EXPECT_TRUE(target) << error;
  return *target;
}

constexpr NumberType kTypes[] = {NumberType::F32, NumberType::BF16, NumberType::Int8,
                                 NumberType::Int4};

LinearStrategy strategyOf(const PackedProduct &product) {
  return chooseLinearStrategy(product.tileRows(), product.rowBytes(), product.target);
}

TEST(LinearStrategy, KeepsPreparedRowsInHalfOfTheSecondLevelCache) {
  for (const char *cpu : {"x86-64-v3", "x86-64-v4", "cascadelake", "sapphirerapids"})
    for (NumberType type : kTypes)
      for (int64_t depth : {16, 100, 512, 768, 1024, 2048, 4096}) {
        PackedProduct product(named(cpu), type, depth);
        LinearStrategy strategy = strategyOf(product);
        EXPECT_EQ(strategy.rowBlock % product.tileRows(), 0) << cpu << " " << depth;
        if (strategy.rowBlock > 2 * product.tileRows())
          EXPECT_LE(strategy.rowBlock * product.rowBytes(),
                    product.target.secondLevelCacheBytes() / 2)
              << cpu << " " << depth;
      }
}

TEST(LinearStrategy, NeverGoesBelowTwoTiles) {
  Target target = named("x86-64-v4");
  EXPECT_EQ(chooseLinearStrategy(12, 4 << 20, target).rowBlock, 2 * 12);
  EXPECT_EQ(chooseLinearStrategy(32, 4 << 20, target).rowBlock, 2 * 32);
}

TEST(LinearStrategy, TakesMoreRowsOfNarrowerTypes) {
  for (const char *cpu : {"x86-64-v3", "cascadelake"}) {
    LinearStrategy floats = strategyOf({named(cpu), NumberType::F32, 4096});
    LinearStrategy bytes = strategyOf({named(cpu), NumberType::Int8, 4096});
    EXPECT_GT(bytes.rowBlock, floats.rowBlock) << cpu;
  }
}

TEST(LinearStrategy, SplitsRowsOnlyWhereEachWorkerFillsManyTiles) {
  EXPECT_EQ(chooseLinearStrategy(12, 4 * 512, named("x86-64-v4")).rowsToSplit, 8 * 12);
}

} // namespace
} // namespace transept::codegen
