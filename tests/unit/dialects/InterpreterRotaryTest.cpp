// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on what attention with fewer heads of keys needs: rotary positions, norms of
// heads, soft caps; numbers by hand.

#include "InterpreterTesting.h"

#include "dialects/Transept/RotaryFrequencies.h"

#include <cmath>

using namespace transept;
using testing::ElementsAre;

namespace {

class InterpreterRotary : public InterpreterTesting {
protected:
  /// One sequence of rows of `width` at positions 0, 1, ... through `op`.
  std::vector<double> turn(std::vector<double> x, int width, const std::string &op) {
    batch = Batch();
    batch.addSpace(Space::source(), {int64_t(x.size()) / width});
    std::string type = "!transept.rows<source x " + std::to_string(width) + " x f32>";
    return runRows("func.func @f(%x: " + type + ") -> " + type + " {\n %r = " + op + " : (" + type +
                       ") -> " + type + "\n return %r : " + type + "\n}",
                   {rows(width, std::move(x))});
  }
};

TEST_F(InterpreterRotary, TurnsPairsOfHalvesOfEachHeadByThePosition) {
  // theta^(-2i / 4) is 1 and 1/4: angles 0 and 0 in row 0, 1 and 0.25 in row 1.
  double c = std::cos(1.0), s = std::sin(1.0), c4 = std::cos(0.25), s4 = std::sin(0.25);
  EXPECT_THAT(turn({1, 2, 3, 4, 1, 2, 3, 4}, 4, "transept.rotary %x heads 1 dims 4 theta 16.0"),
              near({1, 2, 3, 4, c - 3 * s, 2 * c4 - 4 * s4, 3 * c + s, 4 * c4 + 2 * s4}));
  EXPECT_THAT(turn({0, 0, 0, 0, 1, 2, 3, 4}, 4, "transept.rotary %x heads 2 dims 2 theta 16.0"),
              near({0, 0, 0, 0, c - 2 * s, 2 * c + s, 3 * c - 4 * s, 4 * c + 3 * s}));
}

TEST_F(InterpreterRotary, TurnsNeighboursIfInterleavedAndLeavesTheRest) {
  double c = std::cos(0.5), s = std::sin(0.5);
  EXPECT_THAT(turn({0, 0, 0, 1, 2, 7}, 3,
                   "transept.rotary %x heads 1 dims 2 theta 10.0 interleaved {factor = 2.0}"),
              near({0, 0, 0, c - 2 * s, 2 * c + s, 7}));
}

TEST_F(InterpreterRotary, FrequenciesAreRoundedAsTheOriginalsAre) {
  std::vector<float> frequencies = rotaryFrequencies({.dims = 6, .theta = 10000, .factor = 8});
  ASSERT_EQ(frequencies.size(), 3u);
  EXPECT_EQ(frequencies[0], 0.125F);
  EXPECT_EQ(frequencies[1], 1.0F / float(std::pow(10000.0, double(2.0F / 6.0F))) / 8.0F);
}

TEST_F(InterpreterRotary, NormsOfHeadsAreEachOfItself) {
  // Mean squares 12.5 and 50: both heads end alike.
  EXPECT_THAT(
      turn({3, 4, 6, 8}, 4, "transept.rms_norm %x heads 2 epsilon 0.0"),
      near({3 / std::sqrt(12.5), 4 / std::sqrt(12.5), 6 / std::sqrt(50.0), 8 / std::sqrt(50.0)}));
}

TEST_F(InterpreterRotary, HeadsOfQueriesShareAHeadOfKeysAndScoresAreCapped) {
  batch = Batch();
  batch.addSpace(Space::source(), {2});
  // Scores of head h in row 0: 2 tanh(q k / 2), and two keys with values 0 and 1.
  auto weight = [](double first, double second) {
    double a = std::exp(2 * std::tanh(first / 2)), b = std::exp(2 * std::tanh(second / 2));
    return b / (a + b);
  };
  EXPECT_THAT(runRows(R"(
    !q = !transept.rows<source x 2 x f32>
    !k = !transept.rows<source x 1 x f32>
    func.func @f(%q: !q, %k: !k, %v: !k) -> !q {
      %r = transept.attention %q, %k, %v heads 2 key_heads 1 soft_cap 2.0 : (!q, !k, !k) -> !q
      return %r : !q
    })",
                      {rows(2, {1, 5, 0, 0}), rows(1, {1, 3}), rows(1, {0, 1})}),
              near({weight(1, 3), weight(5, 15), 0.5, 0.5}));
}

TEST_F(InterpreterRotary, MergedAttentionIsOneSoftmaxOverBothKindsOfKeys) {
  batch = Batch();
  batch.addSpace(Space::source(), {2});
  batch.addSpace(Space::target(), {2});
  // Row 0 sees its own key and both of the source, row 1 one more.
  double a = std::exp(1.0), b = std::exp(2.0), c = std::exp(3.0);
  EXPECT_THAT(runRows(R"(
    !t = !transept.rows<target x 1 x f32>
    !s = !transept.rows<source x 1 x f32>
    func.func @f(%q: !t, %k: !t, %v: !t, %mk: !s, %mv: !s) -> !t {
      %mask = transept.causal_mask : !transept.mask<target x target>
      %r = transept.merged_attention %q, %k, %v memory %mk, %mv mask %mask heads 1
          : (!t, !t, !t, !s, !s, !transept.mask<target x target>) -> !t
      return %r : !t
    })",
                      {rows(1, {1, 1}), rows(1, {1, 2}), rows(1, {10, 20}), rows(1, {3, 1}),
                       rows(1, {30, 40})}),
              near({(a * 10 + c * 30 + a * 40) / (2 * a + c),
                    (a * 10 + b * 20 + c * 30 + a * 40) / (2 * a + b + c)}));
}

TEST_F(InterpreterRotary, LogitsAreCapped) {
  batch = Batch();
  batch.addSpace(Space::source(), {1});
  addParameter("w", {2, 1}, {1, -10});
  addParameter("b", {2}, {1, 0});
  EXPECT_THAT(runRows(R"(
    !x = !transept.rows<source x 1 x f32>
    !y = !transept.rows<source x 2 x f32>
    func.func @f(%x: !x) -> !y {
      %w = transept.parameter "w" : tensor<2x1xf32>
      %b = transept.parameter "b" : tensor<2xf32>
      %more = transept.weight_shift %b by 1.0 : tensor<2xf32>
      %r = transept.logits %x, %w bias %more soft_cap 4.0
          : (!x, tensor<2x1xf32>, tensor<2xf32>) -> !y
      return %r : !y
    })",
                      {rows(1, {3})}),
              near({4 * std::tanh(5.0 / 4), 4 * std::tanh(-29.0 / 4)}));
}

} // namespace
