// SPDX-License-Identifier: Apache-2.0
//
// What launches are said to read and to compute.

#include "compiler/plan/LaunchCosts.h"

#include "transept/abi.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

constexpr const char *kPlan = R"(
plan.weight @table <rows, 1, f32> at 0 size 4000 {
  %0 = transept.weight_zero : tensor<100x10xf32>
  plan.yield %0 : tensor<100x10xf32>
}
plan.weight @vocabulary <panels, 16, f32> at 4096 size 4480 {
  %0 = transept.weight_zero : tensor<100x10xf32>
  plan.yield %0 : tensor<100x10xf32>
}
plan.weight @gated <gated_panels, 16, int8> at 12288 size 777 {
  %0 = transept.weight_zero : tensor<60x10xf32>
  plan.yield %0 : tensor<60x10xf32>
}
plan.weight @bias <gated_vector, 16, f32> at 16384 size 240 {
  %0 = transept.weight_zero : tensor<60xf32>
  plan.yield %0 : tensor<60xf32>
}
plan.program @encode {
  %features = plan.buffer : !plan.buffer<source.features x 6, stride 16>
  plan.take_features "features" into %features : !plan.buffer<source.features x 6, stride 16>
  plan.barrier
  %windows = plan.buffer : !plan.buffer<source.first x 18, stride 32>
  plan.windows "windows" %features into %windows kernel 3 stride 2 padding 1
    : !plan.buffer<source.features x 6, stride 16>, !plan.buffer<source.first x 18, stride 32>
  %last = plan.buffer : !plan.buffer<source x 54, stride 64>
  plan.windows "more" %windows into %last kernel 3 stride 2 padding 1
    : !plan.buffer<source.first x 18, stride 32>, !plan.buffer<source x 54, stride 64>
  %keys = plan.buffer : !plan.buffer<source x 54, stride 64>
  %mixed = plan.buffer : !plan.buffer<source x 54, stride 64>
  plan.attend "local" rows %last, %keys, %keys into %mixed
    {head_count = 2 : i64, key_dim = 27 : i64, value_dim = 27 : i64, scale = 1.0 : f64,
     window_before = 20 : i64, window_after = 3 : i64}
    : !plan.buffer<source x 54, stride 64>, !plan.buffer<source x 54, stride 64>,
      !plan.buffer<source x 54, stride 64>, !plan.buffer<source x 54, stride 64>
  plan.store "store" %mixed into <"cross.keys", keys = true, heads = 2, head_dim = 27, offset = 0, bf16>
    : !plan.buffer<source x 54, stride 64>
}
plan.program @image {
  %given = plan.buffer : !plan.buffer<source.features x 6, stride 16>
  plan.take_features "features" into %given : !plan.buffer<source.features x 6, stride 16>
  %lines = plan.buffer : !plan.buffer<source.lines x 6, stride 16>
  plan.move_rows "lines" %given from 0 into %lines count 9
    : !plan.buffer<source.features x 6, stride 16>, !plan.buffer<source.lines x 6, stride 16>
  %windows = plan.buffer : !plan.buffer<source.image x 18, stride 32>
  plan.windows "windows" %lines into %windows kernel 3 stride 2 padding 1
    : !plan.buffer<source.lines x 6, stride 16>, !plan.buffer<source.image x 18, stride 32>
  %words = plan.buffer : !plan.buffer<source.words x 18, stride 32>
  %all = plan.buffer : !plan.buffer<source x 18, stride 32>
  plan.concatenate "all" %windows, %words into %all first 5
    : !plan.buffer<source.image x 18, stride 32>, !plan.buffer<source.words x 18, stride 32>,
      !plan.buffer<source x 18, stride 32>
}
plan.program @blocks {
  %rows = plan.buffer : !plan.buffer<source x 10, stride 16>
  %sums = plan.buffer : !plan.buffer<source.blocks x 10, stride 16>
  plan.sum_blocks "sums" %rows into %sums of 4
    : !plan.buffer<source x 10, stride 16>, !plan.buffer<source.blocks x 10, stride 16>
  plan.attend "others" other_rows %rows, %sums, %sums into %rows
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 1.0 : f64}
    : !plan.buffer<source x 10, stride 16>, !plan.buffer<source.blocks x 10, stride 16>,
      !plan.buffer<source.blocks x 10, stride 16>, !plan.buffer<source x 10, stride 16>
}
plan.program @decode {
  %rows = plan.buffer : !plan.buffer<target x 10, stride 16>
  plan.embed "embedding" into %rows table @table {scale = 1.0 : f64, position_offset = 0 : i64}
    : !plan.buffer<target x 10, stride 16>
  %input = plan.buffer : !plan.buffer<target x 30, stride 32>
  plan.linear "input" %rows into %input weight @gated bias @bias activation relu gated
    <rowBlock = 24, streamPanels = 4, rowsToSplit = 96>
    : !plan.buffer<target x 10, stride 16>, !plan.buffer<target x 30, stride 32>
  %values = plan.buffer : !plan.buffer<target x 8, stride 16>
  %mixed = plan.buffer : !plan.buffer<target x 8, stride 16>
  plan.attend "self" pages %rows, %rows, %values into %mixed causal
    keys <"self.keys", keys = true, heads = 2, head_dim = 5, offset = 0, f32>
    values <"self.values", keys = false, heads = 2, head_dim = 4, offset = 10, f32>
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 4 : i64, scale = 1.0 : f64}
    : !plan.buffer<target x 10, stride 16>, !plan.buffer<target x 10, stride 16>,
      !plan.buffer<target x 8, stride 16>, !plan.buffer<target x 8, stride 16>
  %own = plan.buffer : !plan.buffer<target x 10, stride 16>
  plan.attend "cross" encoder_cache %rows into %own
    keys <"cross.keys", keys = true, heads = 2, head_dim = 5, offset = 0, bf16>
    values <"cross.values", keys = false, heads = 2, head_dim = 5, offset = 10, bf16>
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 1.0 : f64}
    : !plan.buffer<target x 10, stride 16>, !plan.buffer<target x 10, stride 16>
  %requested = plan.buffer : !plan.buffer<target.requested x 10, stride 16>
  plan.take_requested "requested" %own into %requested
    : !plan.buffer<target x 10, stride 16>, !plan.buffer<target.requested x 10, stride 16>
  plan.search "logits" %requested weight @vocabulary {vocabulary_size = 100 : i64}
    : !plan.buffer<target.requested x 10, stride 16>
  plan.merge_search "logits" {vocabulary_size = 100 : i64}
}
)";

class Costs : public ::testing::Test {
protected:
  Costs() {
    context.loadDialect<plan::PlanDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(kPlan, &context);
  }

  std::vector<LaunchCosts> of(llvm::StringRef program) {
    return launchCosts(module->lookupSymbol<plan::ProgramOp>(program));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(Costs, ListBarriersAndTheRowsBeforeEachConvolution) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("encode");
  ASSERT_EQ(launches.size(), 6u);
  EXPECT_EQ(launches[0].label, "features");
  EXPECT_EQ(launches[0].kind, "take_features");
  EXPECT_EQ(launches[0].rows, TRANSEPT_ROWS_BEFORE_STEP + 0);
  EXPECT_EQ(launches[0].bytesPerRow, 2 * 6 * 4);
  EXPECT_EQ(launches[1].label, "");
  EXPECT_EQ(launches[1].kind, "barrier");
  EXPECT_EQ(launches[2].rows, TRANSEPT_ROWS_BEFORE_STEP + 1);
  EXPECT_EQ(launches[2].bytesPerRow, (2 * 6 + 18) * 4) << "windows of 3 rows move by 2";
  EXPECT_EQ(launches[3].rows, TRANSEPT_ROWS_ALL);
}

TEST_F(Costs, CountWeightsOnceAndTheirProductsForEachRow) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("decode");
  ASSERT_EQ(launches.size(), 7u);
  EXPECT_EQ(launches[0].weightBytes, 0) << "only the rows of ids that occur are read";
  EXPECT_EQ(launches[0].bytesPerRow, 4000 / 100 + 10 * 4);

  EXPECT_EQ(launches[1].weightBytes, 777 + 240);
  EXPECT_EQ(launches[1].arithmetic, TRANSEPT_ARITHMETIC_INT8);
  EXPECT_EQ(launches[1].bytesPerRow, (10 + 30) * 4);
  EXPECT_EQ(launches[1].operationsPerRow, 2 * 10 * 60) << "gates and values";

  EXPECT_EQ(launches[5].rows, TRANSEPT_ROWS_REQUESTED);
  EXPECT_EQ(launches[5].weightBytes, 4480);
  EXPECT_EQ(launches[5].arithmetic, TRANSEPT_ARITHMETIC_F32);
  EXPECT_EQ(launches[5].operationsPerRow, 2 * 10 * 100);
  EXPECT_EQ(launches[6].rows, TRANSEPT_ROWS_REQUESTED);
}

TEST_F(Costs, CountKeysByWhoseTheyAre) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("decode");
  ASSERT_EQ(launches.size(), 7u);
  EXPECT_EQ(launches[2].keys, TRANSEPT_KEYS_UP_TO_ROW);
  EXPECT_EQ(launches[2].bytesPerKey, 2 * (5 + 4) * 4);
  EXPECT_EQ(launches[2].operationsPerRowAndKey, 2 * 2 * (5 + 4));
  EXPECT_EQ(launches[3].keys, TRANSEPT_KEYS_OF_SOURCE);
  EXPECT_EQ(launches[3].bytesPerKey, 2 * 10 * 2) << "a cache of bf16";
}

TEST_F(Costs, CountKeysThatAreRowsOfTheInvocationOnce) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("encode");
  ASSERT_EQ(launches.size(), 6u);
  EXPECT_EQ(launches[4].keys, TRANSEPT_KEYS_OF_SEQUENCE);
  EXPECT_EQ(launches[4].bytesPerRow, 4 * 54 * 4);
  EXPECT_EQ(launches[4].bytesPerKey, 0);
  EXPECT_EQ(launches[4].operationsPerRowAndKey, 2 * 2 * (27 + 27));
}

TEST_F(Costs, CountKeysOfAnotherSpaceByItsRows) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("blocks");
  ASSERT_EQ(launches.size(), 2u);
  EXPECT_EQ(launches[0].rows, TRANSEPT_ROWS_OF_BLOCKS + 4);
  EXPECT_EQ(launches[0].bytesPerRow, (4 + 1) * 10 * 4) << "each block reads four rows";
  EXPECT_EQ(launches[1].rows, TRANSEPT_ROWS_ALL);
  EXPECT_EQ(launches[1].keys, TRANSEPT_KEYS_OF_ROWS + TRANSEPT_ROWS_OF_BLOCKS + 4);
  EXPECT_EQ(launches[1].bytesPerKey, 2 * 10 * 4);
  EXPECT_EQ(launches[1].operationsPerRowAndKey, 2 * 2 * (5 + 5));
}

TEST_F(Costs, CountRowsBesideTheWayByTheirNumber) {
  ASSERT_TRUE(module);
  std::vector<LaunchCosts> launches = of("image");
  ASSERT_EQ(launches.size(), 4u);
  EXPECT_EQ(launches[0].rows, TRANSEPT_ROWS_BEFORE_STEP);
  EXPECT_EQ(launches[1].rows, TRANSEPT_ROWS_OF_NUMBER + 9);
  EXPECT_EQ(launches[2].rows, TRANSEPT_ROWS_OF_NUMBER + 5) << "windows of 9 rows";
  EXPECT_EQ(launches[3].rows, TRANSEPT_ROWS_ALL);
}

TEST_F(Costs, SayHowFarARowLooks) {
  ASSERT_TRUE(module);
  EXPECT_EQ(of("encode").at(4).window, TRANSEPT_WINDOW(20, 3));
  EXPECT_EQ(of("decode").at(2).window, 0u);
}

TEST_F(Costs, CountWhatACacheStoresInItsOwnNumbers) {
  ASSERT_TRUE(module);
  EXPECT_EQ(of("encode").at(5).bytesPerRow, 54 * 4 + 54 * 2);
}

} // namespace
} // namespace transept::codegen
