// SPDX-License-Identifier: Apache-2.0
//
// The element that a verification names must be the one that is wrong.

#include "compiler/pipeline/OutputDifference.h"

#include <gtest/gtest.h>

#include <cmath>

namespace transept {
namespace {

ModelResult resultOf(std::vector<Tensor> sequences) {
  return {.sequences = std::move(sequences)};
}

const ModelResult expected =
    resultOf({Tensor({1, 2}, {1, -4}), Tensor({0, 2}), Tensor({2, 2}, {1, 2, 3, 0})});

TEST(OutputDifference, IsNoneWithinTolerance) {
  ModelResult found = expected;
  found.sequences[2].values[1] += 0.25;
  EXPECT_FALSE(findDifference({expected}, {found}, 0.1));
  EXPECT_DOUBLE_EQ(relativeDifference(expected, found), 0.0625);
}

TEST(OutputDifference, NamesFirstAndWorstElement) {
  ModelResult found = expected;
  found.sequences[0].values[1] = -4.5;
  found.sequences[2].values[2] = 5;
  auto difference = findDifference({expected, expected}, {expected, found}, 1e-9);
  ASSERT_TRUE(difference && difference->first && difference->worst);
  EXPECT_EQ(difference->result, 1u);
  EXPECT_DOUBLE_EQ(difference->relative, 0.5);
  EXPECT_EQ(difference->first->describe(), "sequence 0, row 0, column 1: expected -4, found -4.5");
  EXPECT_EQ(difference->worst->describe(), "sequence 2, row 1, column 0: expected 3, found 5");
}

TEST(OutputDifference, IsInfiniteForWhatIsNotANumber) {
  ModelResult found = expected;
  found.sequences[2].values[3] = NAN;
  auto difference = findDifference({expected}, {found}, 1e-9);
  ASSERT_TRUE(difference && difference->worst);
  EXPECT_TRUE(std::isinf(difference->relative));
  EXPECT_EQ(difference->worst->indices, (std::vector<int64_t>{1, 1}));
}

TEST(OutputDifference, HasNoElementWhereShapesDiffer) {
  ModelResult found = expected;
  found.sequences[0].shape = {2, 1};
  auto difference = findDifference({expected}, {found}, 1e-9);
  ASSERT_TRUE(difference);
  EXPECT_TRUE(std::isinf(difference->relative));
  EXPECT_FALSE(difference->worst);
  EXPECT_TRUE(findDifference({expected}, {}, 1e-9));
}

} // namespace
} // namespace transept
