// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on weights and embeddings, and what it refuses; all numbers by hand.

#include "InterpreterTesting.h"

#include <cmath>

using namespace transept;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class InterpreterWeights : public InterpreterTesting {
protected:
  InterpreterWeights() {
    addParameter("m", {2, 2}, {1, 2, 3, 4});
    addParameter("v", {2}, {10, 100});
  }

  /// The weight that `body` computes as %r, with %m = [1 2; 3 4] and %v = [10 100] at hand.
  std::vector<double> evaluate(const std::string &body, const std::string &type) {
    auto results = run("func.func @f() -> " + type + R"( {
      %m = transept.parameter "m" : tensor<2x2xf32>
      %v = transept.parameter "v" : tensor<2xf32>
      )" + body +
                       "\n return %r : " + type + "\n}");
    return results.size() == 1 ? std::get<Weight>(results[0])->values : std::vector<double>();
  }
};

TEST_F(InterpreterWeights, Parameter) {
  EXPECT_THAT(
      evaluate(R"(%r = transept.parameter "m" transposed : tensor<2x2xf32>)", "tensor<2x2xf32>"),
      ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(
      evaluate(R"(%r = transept.parameter "m" row_begin 1 : tensor<1x2xf32>)", "tensor<1x2xf32>"),
      ElementsAre(3, 4));
}

TEST_F(InterpreterWeights, UnknownParameterIsAnErrorAtTheOp) {
  EXPECT_THAT(evaluate(R"(%r = transept.parameter "x" : tensor<2xf32>)", "tensor<2xf32>"),
              ElementsAre());
  EXPECT_THAT(message, HasSubstr("'transept.parameter' op of \"x\": no such tensor"));
}

TEST_F(InterpreterWeights, Sinusoid) {
  EXPECT_THAT(evaluate("%r = transept.sinusoid halves : tensor<2x4xf32>", "tensor<2x4xf32>"),
              near({0, 0, 1, 1, std::sin(1), std::sin(0.01), std::cos(1), std::cos(0.01)}));
}

TEST_F(InterpreterWeights, OtherSinusoids) {
  // Frequencies 1 and exactly 1/10000.
  EXPECT_THAT(
      evaluate("%r = transept.sinusoid halves_inclusive : tensor<2x4xf32>", "tensor<2x4xf32>"),
      near({0, 0, 1, 1, std::sin(1), std::sin(0.0001), std::cos(1), std::cos(0.0001)}));
  EXPECT_THAT(evaluate("%r = transept.sinusoid interleaved : tensor<2x4xf32>", "tensor<2x4xf32>"),
              near({0, 1, 0, 1, std::sin(1), std::cos(1), std::sin(0.01), std::cos(0.01)}));
  EXPECT_THAT(evaluate("%r = transept.sinusoid interleaved : tensor<2x2xf32>", "tensor<2x2xf32>"),
              near({0, 1, std::sin(1), std::cos(1)}));
  EXPECT_THAT(evaluate("%r = transept.sinusoid interleaved descending_from 1 : tensor<3x2xf32>",
                       "tensor<3x2xf32>"),
              near({std::sin(1), std::cos(1), 0, 1, -std::sin(1), std::cos(1)}));
}

TEST_F(InterpreterWeights, Scale) {
  EXPECT_THAT(evaluate("%r = transept.weight_scale %v by 0.5 : tensor<2xf32>", "tensor<2xf32>"),
              ElementsAre(5, 50));
}

TEST_F(InterpreterWeights, ScaleColumns) {
  EXPECT_THAT(evaluate("%r = transept.weight_scale_columns %m, %v : tensor<2x2xf32>, "
                       "tensor<2xf32> -> tensor<2x2xf32>",
                       "tensor<2x2xf32>"),
              ElementsAre(10, 200, 30, 400));
}

TEST_F(InterpreterWeights, ScaleRows) {
  EXPECT_THAT(evaluate("%r = transept.weight_scale_rows %m, %v : tensor<2x2xf32>, "
                       "tensor<2xf32> -> tensor<2x2xf32>",
                       "tensor<2x2xf32>"),
              ElementsAre(10, 20, 300, 400));
  EXPECT_THAT(evaluate("%r = transept.weight_scale_rows %v, %v : tensor<2xf32>, "
                       "tensor<2xf32> -> tensor<2xf32>",
                       "tensor<2xf32>"),
              ElementsAre(100, 10000));
}

TEST_F(InterpreterWeights, InverseRoot) {
  EXPECT_THAT(
      evaluate("%r = transept.weight_inverse_root %v epsilon 6.0 : tensor<2xf32>", "tensor<2xf32>"),
      ElementsAre(0.25, 1 / std::sqrt(106.0)));
}

TEST_F(InterpreterWeights, Product) {
  EXPECT_THAT(evaluate("%r = transept.weight_product %m, %v : tensor<2x2xf32>, tensor<2xf32> -> "
                       "tensor<2xf32>",
                       "tensor<2xf32>"),
              ElementsAre(210, 430));
}

TEST_F(InterpreterWeights, ProductOfMatrices) {
  addParameter("other", {3, 2}, {1, 0, 0, 1, 1, 1});
  EXPECT_THAT(evaluate("%o = transept.parameter \"other\" : tensor<3x2xf32>\n"
                       "%r = transept.weight_product %m, %o : tensor<2x2xf32>, tensor<3x2xf32> -> "
                       "tensor<2x3xf32>",
                       "tensor<2x3xf32>"),
              ElementsAre(1, 2, 3, 3, 4, 7));
}

TEST_F(InterpreterWeights, FlattenAndReverseRows) {
  EXPECT_THAT(evaluate("%t = transept.weight_reverse_rows %m : tensor<2x2xf32>\n"
                       "%r = transept.weight_flatten %t : tensor<2x2xf32> -> tensor<4xf32>",
                       "tensor<4xf32>"),
              ElementsAre(3, 4, 1, 2));
}

TEST_F(InterpreterWeights, BucketsOfDistances) {
  // Distances -2 to 2: nothing is before the query's own bucket where keys are behind it.
  EXPECT_THAT(
      evaluate("%r = transept.distance_buckets buckets 4 maximum_distance 8 : tensor<5xf32>",
               "tensor<5xf32>"),
      ElementsAre(2, 1, 0, 0, 0));
  EXPECT_THAT(evaluate("%r = transept.distance_buckets buckets 4 maximum_distance 8 ahead 1 : "
                       "tensor<5xf32>",
                       "tensor<5xf32>"),
              ElementsAre(2, 2, 1, 0, 0));
}

TEST_F(InterpreterWeights, AddAndZero) {
  EXPECT_THAT(evaluate("%z = transept.weight_zero : tensor<2xf32>\n"
                       "%s = transept.weight_add %v, %v : tensor<2xf32>\n"
                       "%r = transept.weight_add %s, %z : tensor<2xf32>",
                       "tensor<2xf32>"),
              ElementsAre(20, 200));
}

TEST_F(InterpreterWeights, AddRow) {
  addParameter("row", {1, 2}, {10, 20});
  EXPECT_THAT(evaluate("%row = transept.parameter \"row\" : tensor<1x2xf32>\n"
                       "%r = transept.weight_add_row %m, %row : tensor<2x2xf32>, tensor<1x2xf32> "
                       "-> tensor<2x2xf32>",
                       "tensor<2x2xf32>"),
              ElementsAre(11, 22, 13, 24));
}

TEST_F(InterpreterWeights, Concatenate) {
  EXPECT_THAT(evaluate("%z = transept.weight_zero : tensor<1x2xf32>\n"
                       "%r = transept.weight_concatenate %z, %m : (tensor<1x2xf32>, "
                       "tensor<2x2xf32>) -> tensor<3x2xf32>",
                       "tensor<3x2xf32>"),
              ElementsAre(0, 0, 1, 2, 3, 4));
}

class InterpreterEmbeddings : public InterpreterTesting {
protected:
  InterpreterEmbeddings() {
    addParameter("tokens", {3, 2}, {1, 2, 3, 4, 5, 6});
    addParameter("positions", {3, 2}, {0, 0, 10, 20, 30, 40});
  }

  static std::string function(const std::string &op) {
    return R"(func.func @f(%ids: !transept.rows<source x 1 x i32>)
                  -> !transept.rows<source x 2 x f32> {
      %tokens = transept.parameter "tokens" : tensor<3x2xf32>
      %positions = transept.parameter "positions" : tensor<3x2xf32>
      %r = )" +
           op + R"( -> !transept.rows<source x 2 x f32>
      return %r : !transept.rows<source x 2 x f32>
    })";
  }
};

TEST_F(InterpreterEmbeddings, Embedding) {
  EXPECT_THAT(runRows(function("transept.embedding %ids, %tokens {scale = 2.0} : "
                               "(!transept.rows<source x 1 x i32>, tensor<3x2xf32>)"),
                      {IdRows{{2, 0, 1}}}),
              ElementsAre(10, 12, 2, 4, 6, 8));
}

TEST_F(InterpreterEmbeddings, EmbeddingWithPositionsCountsThemInEachSequence) {
  EXPECT_THAT(runRows(function("transept.embedding %ids, %tokens positions %positions "
                               "{scale = 2.0, position_offset = 1} : "
                               "(!transept.rows<source x 1 x i32>, tensor<3x2xf32>, "
                               "tensor<3x2xf32>)"),
                      {IdRows{{2, 0, 1}}}),
              ElementsAre(20, 32, 32, 44, 16, 28));
}

TEST_F(InterpreterEmbeddings, PositionEmbedding) {
  EXPECT_THAT(runRows(function("transept.position_embedding %ids, %positions {offset = 1} : "
                               "(!transept.rows<source x 1 x i32>, tensor<3x2xf32>)"),
                      {IdRows{{2, 0, 1}}}),
              ElementsAre(10, 20, 30, 40, 10, 20));
}

TEST_F(InterpreterEmbeddings, PositionEmbeddingOfFloatsReadsNoFloats) {
  addParameter("positions", {3, 2}, {0, 0, 10, 20, 30, 40});
  EXPECT_THAT(runRows(R"(
    func.func @f(%x: !transept.rows<target x 3 x f32>) -> !transept.rows<target x 2 x f32> {
      %positions = transept.parameter "positions" : tensor<3x2xf32>
      %r = transept.position_embedding %x, %positions {offset = 1}
          : (!transept.rows<target x 3 x f32>, tensor<3x2xf32>) -> !transept.rows<target x 2 x f32>
      return %r : !transept.rows<target x 2 x f32>
    })",
                      {rows(3, {7, 7, 7, 8, 8, 8, 9, 9, 9})}),
              ElementsAre(10, 20, 30, 40, 10, 20));
}

TEST_F(InterpreterEmbeddings, IdsOutOfRangeAreAnErrorAtTheOp) {
  std::string text = function("transept.embedding %ids, %tokens : "
                              "(!transept.rows<source x 1 x i32>, tensor<3x2xf32>)");
  EXPECT_THAT(run(text, {IdRows{{0, 3, 1}}}), testing::IsEmpty());
  EXPECT_THAT(message, HasSubstr("expects token ids from 0 to 2, but got 3 in row 1"));
  EXPECT_THAT(run(text, {IdRows{{0, 0, -1}}}), testing::IsEmpty());
}

TEST_F(InterpreterEmbeddings, PositionsOutOfRangeAreAnErrorAtTheOp) {
  EXPECT_THAT(run(function("transept.position_embedding %ids, %positions {offset = 2} : "
                           "(!transept.rows<source x 1 x i32>, tensor<3x2xf32>)"),
                  {IdRows{{0, 0, 0}}}),
              testing::IsEmpty());
  EXPECT_THAT(message, HasSubstr("expects positions from 0 to 2, but got 3 in row 1"));
}

using InterpreterRefusals = InterpreterTesting;

TEST_F(InterpreterRefusals, ArgumentsOfTheWrongNumberKindOrLength) {
  std::string text = R"(func.func @f(%x: !transept.rows<source x 1 x f32>) { return })";
  run(text);
  EXPECT_THAT(message, HasSubstr("expects 1 arguments, but got 0"));
  run(text, {IdRows{{1, 2, 3}}});
  EXPECT_THAT(message, HasSubstr("expects argument 0 to hold"));
  run(text, {rows(1, {1, 2})});
  EXPECT_THAT(message, HasSubstr("expects argument 0 to have 3 rows, but got 2"));
}

TEST_F(InterpreterRefusals, SpacesThatTheBatchDoesNotHave) {
  run(R"(func.func @f(%x: !transept.rows<source.elsewhere x 1 x f32>) { return })", {rows(1, {1})});
  EXPECT_THAT(message,
              HasSubstr("expects the batch to have a sequence space \"source.elsewhere\""));
}

TEST_F(InterpreterRefusals, OpsOfOtherDialects) {
  run(R"(func.func @f() { %0 = func.constant @f : () -> () return })");
  EXPECT_THAT(message, HasSubstr("expects an op that the interpreter can run"));
}

} // namespace
