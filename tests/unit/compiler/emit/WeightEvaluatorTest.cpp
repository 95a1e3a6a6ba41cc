// SPDX-License-Identifier: Apache-2.0
//
// Weight expressions evaluated row by row, and their packed orders, with numbers done by hand.

#include "compiler/emit/weights/PackWeights.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Parser/Parser.h"

#include <cmath>
#include <gmock/gmock.h>

namespace transept::emit {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// "a" is [[1, 2], [3, 4], [5, 6]], "b" is [10, 20].
void readParameter(const ParameterRows &rows, float *out) {
  std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {10, 20};
  const std::vector<float> &values = rows.name == "a" ? a : b;
  std::copy_n(values.begin() + rows.begin * rows.columns, rows.count * rows.columns, out);
}

/// All packed floats of a module with one weight.
std::vector<float> pack(const std::string &layout, int64_t bytes, const std::string &body) {
  mlir::MLIRContext context;
  context.loadDialect<plan::PlanDialect>();
  std::string text =
      "plan.weight @w " + layout + " at 0 size " + std::to_string(bytes) + " {\n" + body + "\n}";
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  EXPECT_TRUE(module);
  std::vector<float> packed;
  packWeights(*module, readParameter, {}, [&](int64_t offset, const void *bytes, int64_t count) {
    EXPECT_EQ(offset, int64_t(packed.size() * sizeof(float)));
    auto *floats = static_cast<const float *>(bytes);
    packed.insert(packed.end(), floats, floats + count / int64_t(sizeof(float)));
  });
  EXPECT_EQ(int64_t(packed.size() * sizeof(float)), bytes);
  return packed;
}

TEST(PackWeights, KeepsRowsAsTheyAre) {
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    plan.yield %a : tensor<3x2xf32>)"),
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(PackWeights, TransposesPanelsAndFillsTheLastWithZeros) {
  EXPECT_THAT(pack("<panels, 2, f32>", 32, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    plan.yield %a : tensor<3x2xf32>)"),
              ElementsAre(1, 3, 2, 4, /*second panel*/ 5, 0, 6, 0));
}

TEST(PackWeights, AlternatesPanelsOfGateAndValue) {
  EXPECT_THAT(pack("<gated_vector, 2, f32>", 16, R"(
    %b = transept.parameter "b" : tensor<2xf32>
    plan.yield %b : tensor<2xf32>)"),
              ElementsAre(10, 0, 20, 0));
}

TEST(PackWeights, EvaluatesExpressionsBeforeRounding) {
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %b = transept.parameter "b" : tensor<2xf32>
    %c = transept.weight_scale_columns %a, %b : tensor<3x2xf32>, tensor<2xf32> -> tensor<3x2xf32>
    %d = transept.weight_scale %c by 0.5 : tensor<3x2xf32>
    plan.yield %d : tensor<3x2xf32>)"),
              ElementsAre(5, 20, 15, 40, 25, 60));
  EXPECT_THAT(pack("<rows, 1, f32>", 20, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %b = transept.parameter "b" : tensor<2xf32>
    %c = transept.weight_product %a, %b : tensor<3x2xf32>, tensor<2xf32> -> tensor<3xf32>
    %d = transept.weight_concatenate %c, %b : (tensor<3xf32>, tensor<2xf32>) -> tensor<5xf32>
    plan.yield %d : tensor<5xf32>)"),
              ElementsAre(50, 110, 170, 10, 20));
}

TEST(PackWeights, ScalesRowsByRoots) {
  // A piece from the middle has the factors of its own rows.
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %v = transept.parameter "b" : tensor<2xf32>
    %p = transept.weight_product %a, %v : tensor<3x2xf32>, tensor<2xf32> -> tensor<3xf32>
    %c = transept.weight_scale_rows %a, %p : tensor<3x2xf32>, tensor<3xf32> -> tensor<3x2xf32>
    plan.yield %c : tensor<3x2xf32>)"),
              ElementsAre(50, 100, 330, 440, 850, 1020));
  EXPECT_THAT(pack("<rows, 1, f32>", 8, R"(
    %v = transept.parameter "b" : tensor<2xf32>
    %r = transept.weight_inverse_root %v epsilon 6.0 : tensor<2xf32>
    %d = transept.weight_scale_rows %v, %r : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
    plan.yield %d : tensor<2xf32>)"),
              ElementsAre(2.5F, float(20 / std::sqrt(26.0))));
}

TEST(PackWeights, AddsOneRowToAllRows) {
  // Rows of three, so that a row is not taken for a column.
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<2x3xf32>
    %r = transept.parameter "a" row_begin 1 : tensor<1x3xf32>
    %c = transept.weight_add_row %a, %r : tensor<2x3xf32>, tensor<1x3xf32> -> tensor<2x3xf32>
    plan.yield %c : tensor<2x3xf32>)"),
              ElementsAre(5, 7, 9, 8, 10, 12));
  // Of an expression.
  EXPECT_THAT(pack("<rows, 1, f32>", 8, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %r = transept.parameter "a" row_begin 2 : tensor<1x2xf32>
    %half = transept.weight_scale %r by 0.5 : tensor<1x2xf32>
    %c = transept.weight_add_row %half, %half : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32>
    plan.yield %c : tensor<1x2xf32>)"),
              ElementsAre(5, 6));
}

TEST(PackWeights, MakesTablesOfPositions) {
  auto table = [](const std::string &kind) {
    return pack("<rows, 1, f32>", 32,
                "%t = transept.sinusoid " + kind +
                    " : tensor<2x4xf32>\nplan.yield %t : tensor<2x4xf32>");
  };
  float sine = std::sin(1.0), cosine = std::cos(1.0);
  EXPECT_THAT(table("halves"),
              ElementsAre(0, 0, 1, 1, sine, float(std::sin(0.01)), cosine, float(std::cos(0.01))));
  EXPECT_THAT(table("halves_inclusive"), ElementsAre(0, 0, 1, 1, sine, float(std::sin(0.0001)),
                                                     cosine, float(std::cos(0.0001))));
  EXPECT_THAT(table("interleaved"),
              ElementsAre(0, 1, 0, 1, sine, cosine, float(std::sin(0.01)), float(std::cos(0.01))));
}

TEST(PackWeights, MultipliesAndTurnsMatrices) {
  EXPECT_THAT(pack("<rows, 1, f32>", 36, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %c = transept.weight_product %a, %a : tensor<3x2xf32>, tensor<3x2xf32> -> tensor<3x3xf32>
    plan.yield %c : tensor<3x3xf32>)"),
              ElementsAre(5, 11, 17, 11, 25, 39, 17, 39, 61));
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %c = transept.weight_reverse_rows %a : tensor<3x2xf32>
    plan.yield %c : tensor<3x2xf32>)"),
              ElementsAre(5, 6, 3, 4, 1, 2));
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %a = transept.parameter "a" : tensor<3x2xf32>
    %c = transept.weight_flatten %a : tensor<3x2xf32> -> tensor<6xf32>
    plan.yield %c : tensor<6xf32>)"),
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(PackWeights, MakesTablesOfDistances) {
  EXPECT_THAT(pack("<rows, 1, f32>", 24, R"(
    %t = transept.sinusoid interleaved descending_from 1 : tensor<3x2xf32>
    plan.yield %t : tensor<3x2xf32>)"),
              ElementsAre(float(std::sin(1.0)), float(std::cos(1.0)), 0, 1, float(std::sin(-1.0)),
                          float(std::cos(-1.0))));
  EXPECT_THAT(pack("<rows, 1, f32>", 20, R"(
    %t = transept.distance_buckets buckets 4 maximum_distance 8 ahead 1 : tensor<5xf32>
    plan.yield %t : tensor<5xf32>)"),
              ElementsAre(2, 2, 1, 0, 0));
}

TEST(PackWeights, ClipsDistancesOfARelativeBias) {
  // Two buckets, unidirectional: the query's own position, and everything before it. Both ends are
  // repeated for a vector's width.
  constexpr int64_t kReach = 2 + 16;
  std::vector<float> packed = pack("<distances, 1, f32>", 4 * (2 * kReach + 1), R"(
    %a = transept.parameter "b" : tensor<2x1xf32>
    %d = transept.relative_position_bias %a buckets 2 maximum_distance 2 : tensor<2x1xf32> -> !transept.bias<target x target x 1>
    plan.yield %d : !transept.bias<target x target x 1>)");
  std::vector<float> expected(kReach, 20.0f);
  expected.resize(2 * kReach + 1, 10.0f);
  EXPECT_EQ(packed, expected);
}

} // namespace
} // namespace transept::emit
