// SPDX-License-Identifier: Apache-2.0
//
// Rows that all others look at, in numbers computed by hand.

#include "tests/unit/dialects/InterpreterTesting.h"

#include <cmath>

using testing::DoubleNear;
using testing::ElementsAre;

namespace transept {
namespace {

/// A sequence of seven rows and one of two, numbered through.
class InterpreterGlobalRows : public InterpreterTesting {
protected:
  InterpreterGlobalRows() {
    batch.addSpace(Space::source(), {7, 2});
    batch.requestRows(Space::source(), {1, 5});
  }

  static std::string function(const std::string &body, const std::string &result) {
    return "!rows = !transept.rows<source x 1 x f32>\n"
           "!blocks = !transept.rows<source.blocks x 1 x f32>\n"
           "!requested = !transept.rows<source.requested x 1 x f32>\n"
           "!mask = !transept.mask<source x source>\n"
           "!bias = !transept.bias<source x source.blocks x 1>\n"
           "func.func @f(%x: !rows) -> " +
           result + " {\n" + body + "\n return %r : " + result + "\n}";
  }

  FloatRows counted() { return rows(1, {0, 1, 2, 3, 4, 5, 6, 7, 8}); }
};

TEST_F(InterpreterGlobalRows, WhatFollowsTheLastWholeBlockBelongsToIt) {
  // 0 + 1 + 2, then 3 + 4 + 5 and 6; two rows are no block.
  EXPECT_THAT(runRows(function("%r = transept.sum_blocks %x of 3 : (!rows) -> !blocks", "!blocks"),
                      {counted()}),
              ElementsAre(3, 18));
}

TEST_F(InterpreterGlobalRows, ReplacedRowsAreTheRequestedOnes) {
  EXPECT_THAT(runRows(function("%q = transept.requested_rows %x : (!rows) -> !requested\n"
                               "%s = transept.scale %q by 10.0 : !requested\n"
                               "%r = transept.replace_requested %x, %s : (!rows, !requested) -> "
                               "!rows",
                               "!rows"),
                      {counted()}),
              ElementsAre(0, 10, 2, 3, 4, 50, 6, 7, 8));
}

TEST_F(InterpreterGlobalRows, MasksHideRequestedKeys) {
  // Queries of 0 look at all keys alike: the mean of those that are not hidden.
  std::vector<double> values =
      runRows(function("%zero = transept.scale %x by 0.0 : !rows\n"
                       "%m = transept.unrequested_mask : !mask\n"
                       "%r = transept.attention %zero, %x, %x mask %m heads 1 : "
                       "(!rows, !rows, !rows, !mask) -> !rows",
                       "!rows"),
              {counted()});
  ASSERT_EQ(values.size(), 9u);
  for (size_t row = 0; row < 7; ++row)
    EXPECT_DOUBLE_EQ(values[row], (0 + 2 + 3 + 4 + 6) / 5.0);
  EXPECT_DOUBLE_EQ(values[7], 7.5);
}

TEST_F(InterpreterGlobalRows, BiasesOfBlocksCountBlocks) {
  // Weight log(2) for the block that a row is in, log(1) for the one behind, log(4) for that
  // before. Keys of the row's own space are hidden but for itself.
  addParameter("table", {4, 1}, {std::log(2.0F), std::log(4.0F), 0, 0});
  std::vector<double> values =
      runRows(function("%t = transept.parameter \"table\" : tensor<4x1xf32>\n"
                       "%b = transept.relative_position_bias %t buckets 4 maximum_distance 2 "
                       "bidirectional blocks 3 : tensor<4x1xf32> -> !bias\n"
                       "%zero = transept.scale %x by 0.0 : !rows\n"
                       "%s = transept.sum_blocks %x of 3 : (!rows) -> !blocks\n"
                       "%m = transept.window_mask before 0 after 0 : !mask\n"
                       "%r = transept.merged_attention %zero, %x, %x memory %s, %s mask %m "
                       "memory_bias %b heads 1 : (!rows, !rows, !rows, !blocks, !blocks, !mask, "
                       "!bias) -> !rows",
                       "!rows"),
              {counted()});
  ASSERT_EQ(values.size(), 9u);
  EXPECT_THAT(values[0], DoubleNear((1 * 0 + 2 * 3 + 1 * 18) / 4.0, 1e-6));
  EXPECT_THAT(values[4], DoubleNear((1 * 4 + 4 * 3 + 2 * 18) / 7.0, 1e-6));
  EXPECT_THAT(values[6], DoubleNear((1 * 6 + 4 * 3 + 2 * 18) / 7.0, 1e-6));
  EXPECT_THAT(values[8], DoubleNear(8, 1e-6));
}

} // namespace
} // namespace transept
