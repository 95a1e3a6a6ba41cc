// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on ops that change how many rows a sequence has, and on attention weights as
// results; all numbers by hand.

#include "InterpreterTesting.h"

#include <cmath>

using namespace transept;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// Two sources: of features 1, 2, 3 and their negatives in a second column, and of 10.
class InterpreterFeatures : public InterpreterTesting {
protected:
  InterpreterFeatures() {
    batch = Batch();
    batch.addSpace(Space::source().derived("features"), {3, 1});
    batch.addSpace(Space::target(), {2, 1});
  }

  /// Windows of one column of the features.
  std::vector<double> windows(int kernel, int stride, int padding) {
    std::string type = "!transept.rows<source x " + std::to_string(kernel) + " x f32>";
    return runRows("func.func @f(%x: !transept.rows<source.features x 1 x f32>) -> " + type +
                       " { %r = transept.windows %x kernel " + std::to_string(kernel) + " stride " +
                       std::to_string(stride) + " padding " + std::to_string(padding) +
                       " : (!transept.rows<source.features x 1 x f32>) -> " + type +
                       " return %r : " + type + " }",
                   {rows(1, {1, 2, 3, 10})});
  }
};

TEST_F(InterpreterFeatures, WindowsOfOneColumn) {
  EXPECT_THAT(windows(3, 1, 1), ElementsAre(0, 1, 2, 1, 2, 3, 2, 3, 0, 0, 10, 0));
  EXPECT_THAT(windows(3, 2, 1), ElementsAre(0, 1, 2, 2, 3, 0, 0, 10, 0));
  // More padding than half of the kernel makes sequences longer, and an even kernel too.
  EXPECT_THAT(windows(3, 2, 2), ElementsAre(0, 0, 1, 1, 2, 3, 3, 0, 0, 0, 0, 10, 10, 0, 0));
  EXPECT_THAT(windows(2, 1, 1), ElementsAre(0, 1, 1, 2, 2, 3, 3, 0, 0, 10, 10, 0));
  // A kernel of one row with a stride picks rows.
  EXPECT_THAT(windows(1, 2, 0), ElementsAre(1, 3, 10));
  EXPECT_THAT(windows(1, 5, 0), ElementsAre(1, 10));
}

TEST_F(InterpreterFeatures, WindowsMayReachOutOfASequenceOnOneSideOnly) {
  std::string text = R"(
    func.func @f(%x: !transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 3 x f32> {
      %r = transept.windows %x kernel 3 stride 2 padding 2 behind 0
          : (!transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 3 x f32>
      return %r : !transept.rows<source x 3 x f32>
    })";
  EXPECT_THAT(runRows(text, {rows(1, {1, 2, 3, 10})}), ElementsAre(0, 0, 1, 1, 2, 3, 0, 0, 10));
  // Without any, a sequence that is shorter than the kernel has no window.
  EXPECT_THAT(windows(3, 1, 0), ElementsAre(1, 2, 3));
}

TEST_F(InterpreterFeatures, SequencesAreNormalizedAsAWhole) {
  addParameter("g", {2}, {1, 2});
  addParameter("b", {2}, {0, 1});
  std::string text = R"(
    !x = !transept.rows<source.features x 2 x f32>
    func.func @f(%x: !x) -> !x {
      %g = transept.parameter "g" : tensor<2xf32>
      %b = transept.parameter "b" : tensor<2xf32>
      %r = transept.sequence_norm %x gain %g shift %b epsilon 0.25
          : (!x, tensor<2xf32>, tensor<2xf32>) -> !x
      return %r : !x
    })";
  // Mean 3 and variance (4 + 1 + 0 + 0 + 1 + 4) / 6; then mean 10 and variance 1.
  double first = 1 / std::sqrt(10.0 / 6 + 0.25), second = 1 / std::sqrt(1.25);
  EXPECT_THAT(
      runRows(text, {rows(2, {1, 2, 3, 3, 4, 5, 9, 11})}),
      near({-2 * first, 1 - 2 * first, 0, 1, first, 1 + 4 * first, -second, 1 + 2 * second}));
}

TEST_F(InterpreterFeatures, LearnedRowsStandBehindEachSequence) {
  batch = Batch();
  batch.addSpace(Space::source().derived("features"), {2, 0, 1});
  addParameter("t", {2, 1}, {7, 8});
  std::string text = R"(
    func.func @f(%x: !transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 1 x f32> {
      %t = transept.parameter "t" : tensor<2x1xf32>
      %r = transept.append_rows %x, %t
          : (!transept.rows<source.features x 1 x f32>, tensor<2x1xf32>) -> !transept.rows<source x 1 x f32>
      return %r : !transept.rows<source x 1 x f32>
    })";
  EXPECT_THAT(runRows(text, {rows(1, {1, 2, 3})}), ElementsAre(1, 2, 7, 8, 7, 8, 3, 7, 8));
}

TEST_F(InterpreterFeatures, AColumnCountsTheRowsOfATable) {
  addParameter("t", {3, 2}, {0, 1, 10, 11, 20, 21});
  std::string text = R"(
    !x = !transept.rows<source.features x 2 x f32>
    func.func @f(%x: !x) -> !x {
      %t = transept.parameter "t" : tensor<3x2xf32>
      %r = transept.column_embedding %x, %t column 1 : (!x, tensor<3x2xf32>) -> !x
      return %r : !x
    })";
  // Fractions are cut off, and there is no row before the first or behind the last.
  EXPECT_THAT(runRows(text, {rows(2, {9, 2, 9, 1.9, 9, -3, 9, 7})}),
              ElementsAre(20, 21, 10, 11, 0, 1, 20, 21));
}

TEST_F(InterpreterFeatures, WindowsOfSequencesThatAreShorterThanTheKernel) {
  batch = Batch();
  batch.addSpace(Space::source().derived("features"), {0, 3, 1});
  // 1 + 2 * 2 rows are one window of five, 0 + 2 * 2 are none.
  EXPECT_THAT(windows(5, 3, 2), ElementsAre(0, 0, 1, 2, 3, 0, 0, 10, 0, 0));
}

TEST_F(InterpreterFeatures, WindowsHoldTheKernelsRowsOfEachColumn) {
  std::string text = R"(
    func.func @f(%x: !transept.rows<source.features x 2 x f32>)
        -> !transept.rows<source x 6 x f32> {
      %r = transept.windows %x kernel 3 stride 2 padding 1
          : (!transept.rows<source.features x 2 x f32>) -> !transept.rows<source x 6 x f32>
      return %r : !transept.rows<source x 6 x f32>
    })";
  EXPECT_THAT(runRows(text, {rows(2, {1, -1, 2, -2, 3, -3, 10, -10})}),
              ElementsAre(0, 1, 2, 0, -1, -2, 2, 3, 0, -2, -3, 0, 0, 10, 0, 0, -10, 0));
}

// out[i] = 1 * x[i - 1] + 10 * x[i] + 100 * x[i + 1] for one channel, with the weight as stored:
// [outputs, channels, kernel].
TEST_F(InterpreterFeatures, AConvolutionIsALinearBehindWindows) {
  addParameter("w", {1, 2, 3}, {1, 10, 100, 0, 0, 1000});
  EXPECT_THAT(runRows(R"(
    func.func @f(%x: !transept.rows<source.features x 2 x f32>)
        -> !transept.rows<source x 1 x f32> {
      %w = transept.parameter "w" : tensor<1x6xf32>
      %windows = transept.windows %x kernel 3 stride 1 padding 1
          : (!transept.rows<source.features x 2 x f32>) -> !transept.rows<source x 6 x f32>
      %r = transept.linear %windows, %w
          : (!transept.rows<source x 6 x f32>, tensor<1x6xf32>) -> !transept.rows<source x 1 x f32>
      return %r : !transept.rows<source x 1 x f32>
    })",
                      {rows(2, {1, -1, 2, -2, 3, -3, 10, -10})}),
              ElementsAre(10 + 200 - 2000, 1 + 20 + 300 - 3000, 2 + 30, 100));
}

TEST_F(InterpreterFeatures, PrependedRowsComeFirstInEachSequence) {
  addParameter("token", {2, 2}, {5, 6, 7, 8});
  addParameter("positions", {5, 2}, {0, 0, 1, 1, 2, 2, 3, 3, 4, 4});
  std::string function = R"(
    func.func @f(%x: !transept.rows<source.features x 2 x f32>)
        -> !transept.rows<source x 2 x f32> {
      %token = transept.parameter "token" : tensor<2x2xf32>
      %r = transept.prepend_rows %token, %x
          : (tensor<2x2xf32>, !transept.rows<source.features x 2 x f32>)
          -> !transept.rows<source x 2 x f32>
      %positions = transept.parameter "positions" : tensor<5x2xf32>
      %p = transept.position_embedding %r, %positions
          : (!transept.rows<source x 2 x f32>, tensor<5x2xf32>) -> !transept.rows<source x 2 x f32>
      return %RESULT : !transept.rows<source x 2 x f32>
    })";
  auto returning = [&](const std::string &name) {
    std::string text = function;
    return text.replace(text.find("RESULT"), 6, name);
  };
  const FloatRows features = rows(2, {1, -1, 2, -2, 3, -3, 10, -10});
  EXPECT_THAT(runRows(returning("r"), {features}),
              ElementsAre(5, 6, 7, 8, 1, -1, 2, -2, 3, -3, 5, 6, 7, 8, 10, -10));
  // They have positions as all rows.
  EXPECT_THAT(runRows(returning("p"), {features}),
              ElementsAre(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0, 1, 1, 2, 2));
}

TEST_F(InterpreterFeatures, SpacesMadeTwiceMustAgree) {
  std::string text = R"(
    func.func @f(%x: !transept.rows<source.features x 1 x f32>) {
      %a = transept.windows %x kernel 3 stride 1 padding 1
          : (!transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 3 x f32>
      %b = transept.windows %x kernel 3 stride STRIDE padding 1
          : (!transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 3 x f32>
      return
    })";
  auto withStride = [&](const std::string &stride) {
    std::string copy = text;
    return copy.replace(copy.find("STRIDE"), 6, stride);
  };
  run(withStride("1"), {rows(1, {1, 2, 3, 10})});
  EXPECT_EQ(message, "");
  run(withStride("2"), {rows(1, {1, 2, 3, 10})});
  EXPECT_THAT(message,
              HasSubstr("makes sequences of other lengths than those of space \"source\""));
}

/// Cross-attention of width 2 with one number for each of two heads, its weights and their mean.
class InterpreterWeightsOfAttention : public InterpreterTesting {
protected:
  InterpreterWeightsOfAttention() {
    batch = Batch();
    batch.addSpace(Space::source(), {2, 0, 1});
    batch.addSpace(Space::target(), {2, 1, 1});
  }

  std::vector<InterpreterValue> attend() {
    double ln3 = std::log(3.0);
    return run(R"(
    !weights = !transept.attention_weights<target x source x 2>
    !mean = !transept.attention_weights<target x source x 1>
    func.func @f(%q: !transept.rows<target x 2 x f32>, %k: !transept.rows<source x 2 x f32>)
        -> (!weights, !mean, !transept.rows<target x 2 x f32>) {
      %r, %weights = transept.cross_attention %q, %k, %k heads 2 {scale = 0.5}
          : (!transept.rows<target x 2 x f32>, !transept.rows<source x 2 x f32>,
             !transept.rows<source x 2 x f32>) -> (!transept.rows<target x 2 x f32>, !weights)
      %mean = transept.average_heads %weights : (!weights) -> !mean
      return %weights, %mean, %r : !weights, !mean, !transept.rows<target x 2 x f32>
    })",
               // Head 0 of the first sequence scores 0 and ln 3 for its second query.
               {rows(2, {0, 0, 1, 0, 5, 5, 4, 4}), rows(2, {0, 0, 2 * ln3, 0, 9, 8})});
  }
};

TEST_F(InterpreterWeightsOfAttention, AreTheSoftmaxByHeads) {
  auto results = attend();
  ASSERT_EQ(results.size(), 3u) << message;
  const auto &weights = std::get<SoftmaxWeights>(results[0]);
  EXPECT_EQ(weights.headCount, 2);
  ASSERT_EQ(weights.sequences.size(), 3u);
  EXPECT_THAT(weights.sequences[0].values, near({0.5, 0.5, 0.25, 0.75, 0.5, 0.5, 0.5, 0.5}));
  // A query over an empty source has no weights, and over one row looks at that.
  EXPECT_THAT(weights.sequences[1].values, IsEmpty());
  EXPECT_THAT(weights.sequences[2].values, near({1, 1}));
  EXPECT_THAT(std::get<FloatRows>(results[2]).values.values,
              near({std::log(3.0), 0, 1.5 * std::log(3.0), 0, 0, 0, 9, 8}));
}

TEST_F(InterpreterWeightsOfAttention, AverageOverHeads) {
  auto results = attend();
  ASSERT_EQ(results.size(), 3u) << message;
  const auto &mean = std::get<SoftmaxWeights>(results[1]);
  EXPECT_EQ(mean.headCount, 1);
  ASSERT_EQ(mean.sequences.size(), 3u);
  EXPECT_EQ(mean.sequences[0].shape, (std::vector<int64_t>{2, 2}));
  EXPECT_THAT(mean.sequences[0].values, near({0.5, 0.5, 0.375, 0.625}));
  EXPECT_THAT(mean.sequences[1].values, IsEmpty());
  EXPECT_THAT(mean.sequences[2].values, near({1}));
}

} // namespace
