// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on row-wise arithmetic and the vocabulary projection; all numbers by hand.

#include "InterpreterTesting.h"

#include <cmath>

using namespace transept;
using testing::ElementsAre;

namespace {

std::string rowsOf2 = "!transept.rows<source x 2 x f32>";

class InterpreterRows : public InterpreterTesting {
protected:
  InterpreterRows() {
    batch = Batch();
    batch.addSpace(Space::source(), {1});
    addParameter("gain", {2}, {2, 3});
    addParameter("shift", {2}, {10, 20});
    addParameter("w", {4, 2}, {1, 0, 0, 1, 1, 1, 1, 0});
  }

  /// %r of `body`, which is rows of `width`, for %x = `x`.
  std::vector<double> evaluate(std::vector<double> x, const std::string &body, int width = 2) {
    std::string type = "!transept.rows<source x " + std::to_string(width) + " x f32>";
    return runRows("func.func @f(%x: " + rowsOf2 + ") -> " + type + R"( {
      %gain = transept.parameter "gain" : tensor<2xf32>
      %shift = transept.parameter "shift" : tensor<2xf32>
      )" + body +
                       "\n return %r : " + type + "\n}",
                   {rows(2, std::move(x))});
  }
};

TEST_F(InterpreterRows, LayerNorm) {
  std::string types = "(!transept.rows<source x 2 x f32>, tensor<2xf32>, tensor<2xf32>) -> ";
  EXPECT_THAT(
      evaluate({1, 3}, "%r = transept.layer_norm %x gain %gain shift %shift epsilon 0.0 : " +
                           types + rowsOf2),
      ElementsAre(8, 23));
  // mean 2, variance 1, sqrt(1 + 3) = 2
  EXPECT_THAT(
      evaluate({1, 3}, "%r = transept.layer_norm %x epsilon 3.0 : (" + rowsOf2 + ") -> " + rowsOf2),
      ElementsAre(-0.5, 0.5));
}

TEST_F(InterpreterRows, RmsNorm) {
  // mean square 12.5, sqrt(12.5 + 12.5) = 5
  EXPECT_THAT(evaluate({3, 4}, "%r = transept.rms_norm %x gain %gain epsilon 12.5 : (" + rowsOf2 +
                                   ", tensor<2xf32>) -> " + rowsOf2),
              near({1.2, 2.4}));
}

TEST_F(InterpreterRows, Linear) {
  addParameter("w3", {3, 2}, {1, 0, 0, 1, 1, 1});
  addParameter("b", {3}, {10, 20, 30});
  EXPECT_THAT(evaluate({1, 2}, R"(
      %w = transept.parameter "w3" : tensor<3x2xf32>
      %b = transept.parameter "b" : tensor<3xf32>
      %r = transept.linear %x, %w bias %b
          : (!transept.rows<source x 2 x f32>, tensor<3x2xf32>, tensor<3xf32>)
          -> !transept.rows<source x 3 x f32>)",
                       3),
              ElementsAre(11, 22, 33));
}

// Normalized: [-1 1] * [2 3] + [10 20] = [8 23]. Gate: relu([8 23] - 10 of the bias) = [0 13].
// Value: [8 + 23, 8]. Residual: [1 3].
TEST_F(InterpreterRows, LinearWithEverythingFused) {
  addParameter("b", {4}, {-10, -10, 0, 0});
  std::string body = R"(
      %w = transept.parameter "w" : tensor<4x2xf32>
      %b = transept.parameter "b" : tensor<4xf32>
      %y, %n = transept.linear %x, %w bias %b norm <layer, epsilon = 0.0> gain %gain shift %shift
          activation relu gated residual %x
          : (!transept.rows<source x 2 x f32>, tensor<4x2xf32>, tensor<4xf32>, tensor<2xf32>,
             tensor<2xf32>, !transept.rows<source x 2 x f32>)
          -> (!transept.rows<source x 2 x f32>, !transept.rows<source x 2 x f32>)
      )";
  EXPECT_THAT(evaluate({1, 3}, body + "%r = transept.scale %y by 1.0 : " + rowsOf2),
              ElementsAre(0 * 31 + 1, 13 * 8 + 3));
  EXPECT_THAT(evaluate({1, 3}, body + "%r = transept.scale %n by 1.0 : " + rowsOf2),
              ElementsAre(8, 23));
}

TEST_F(InterpreterRows, Activations) {
  auto activate = [&](const std::string &kind) {
    return evaluate({-1, 1}, "%r = transept.activation " + kind + " %x : " + rowsOf2);
  };
  EXPECT_THAT(activate("relu"), ElementsAre(0, 1));
  EXPECT_THAT(activate("gelu"), near({-0.15865525393145707, 0.8413447460685429}));
  EXPECT_THAT(activate("gelu_tanh"), near({-0.15880800939172324, 0.8411919906082768}));
  EXPECT_THAT(activate("sigmoid"), near({0.2689414213699951, 0.7310585786300049}));
  EXPECT_THAT(activate("tanh"), near({-0.7615941559557649, 0.7615941559557649}));
  EXPECT_THAT(activate("asinh"), near({-0.881373587019543, 0.881373587019543}));
  EXPECT_THAT(activate("silu"), near({-0.2689414213699951, 0.7310585786300049}));
}

TEST_F(InterpreterRows, ElementByElement) {
  EXPECT_THAT(evaluate({2, 3}, "%r = transept.gate %x, %x : " + rowsOf2), ElementsAre(4, 9));
  EXPECT_THAT(evaluate({2, 3}, "%r = transept.add %x, %x : " + rowsOf2), ElementsAre(4, 6));
  EXPECT_THAT(evaluate({2, 3}, "%r = transept.scale %x by -0.5 : " + rowsOf2),
              ElementsAre(-1, -1.5));
  EXPECT_THAT(evaluate({2, 3},
                       "%r = transept.slice_columns %x from 1 : (" + rowsOf2 +
                           ") -> !transept.rows<source x 1 x f32>",
                       1),
              ElementsAre(3));
}

TEST_F(InterpreterRows, Logits) {
  EXPECT_THAT(evaluate({1, 2}, R"(
      %w = transept.parameter "w" : tensor<4x2xf32>
      %r = transept.logits %x, %w : (!transept.rows<source x 2 x f32>, tensor<4x2xf32>)
          -> !transept.rows<source x 4 x f32>)",
                       4),
              ElementsAre(1, 2, 3, 1));
}

TEST_F(InterpreterRows, SearchVocabularyKeepsAllLogitsOfTheRequestedRows) {
  batch.addSpace(Space::target(), {2, 1}, {5, 0});
  batch.requestRows(Space::target(), {1, 2});
  addParameter("b", {4}, {0, 0, 0, 1});
  auto results = run(R"(
    func.func @f(%x: !transept.rows<target x 2 x f32>)
        -> !transept.candidates<target.requested x 4> {
      %w = transept.parameter "w" : tensor<4x2xf32>
      %b = transept.parameter "b" : tensor<4xf32>
      %wanted = transept.requested_rows %x
          : (!transept.rows<target x 2 x f32>) -> !transept.rows<target.requested x 2 x f32>
      %r = transept.search_vocabulary %wanted, %w bias %b norm <layer, epsilon = 0.0>
          : (!transept.rows<target.requested x 2 x f32>, tensor<4x2xf32>, tensor<4xf32>)
          -> !transept.candidates<target.requested x 4>
      return %r : !transept.candidates<target.requested x 4>
    })",
                     {rows(2, {9, 9, 1, 3, 5, 1})});
  ASSERT_EQ(results.size(), 1u) << message;
  EXPECT_EQ(std::get<Candidates>(results[0]).logits, Tensor({2, 4}, {-1, 1, 0, 0, 1, -1, 0, 2}));
}

} // namespace
