// SPDX-License-Identifier: Apache-2.0
//
// Integers that are fitted to what a layer multiplies: what one weight's rounding loses, others
// make up for.

#include "compiler/emit/weights/QuantizePanel.h"

#include <cmath>
#include <gmock/gmock.h>
#include <random>

namespace transept::emit {
namespace {

using codegen::PackedPanels;
using plan::NumberType;
using ::testing::ElementsAre;

using Rows = std::vector<std::vector<float>>;

InputMoments momentsOf(const Rows &rows) {
  InputMoments moments(int64_t(rows.front().size()));
  for (const std::vector<float> &row : rows)
    moments.add(row.data());
  moments.finish();
  return moments;
}

/// Rows of `width` normal numbers that have `common` in common.
Rows correlatedRows(size_t count, size_t width, float common) {
  std::mt19937_64 random(7);
  std::normal_distribution<float> normal;
  Rows rows(count, std::vector<float>(width));
  for (std::vector<float> &row : rows) {
    float shared = common * normal(random);
    for (float &number : row)
      number = normal(random) + shared;
  }
  return rows;
}

/// The mean squared error of a panel's products with `rows`.
double errorOf(const QuantizedPanel &panel, const std::vector<double> &numbers, const Rows &rows,
               int64_t group) {
  double sum = 0;
  for (const std::vector<float> &row : rows)
    for (int64_t output = 0; output < panel.width; ++output) {
      double error = 0;
      for (int64_t input = 0; input < panel.depth; ++input)
        error += row[size_t(input)] *
                 (numbers[size_t(output * panel.depth + input)] -
                  double(panel.scale(input / group, output)) * panel.integer(output, input));
      sum += error * error;
    }
  return sum / double(rows.size()) / double(panel.width);
}

TEST(InputMoments, AreSumsOfProducts) {
  Rows rows = correlatedRows(100, 37, 1); // neither is a multiple of what is added up at once
  InputMoments moments = momentsOf(rows);
  EXPECT_EQ(moments.rowCount(), 100);
  for (int64_t i = 0; i < 37; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (const std::vector<float> &row : rows)
        sum += double(row[size_t(i)]) * double(row[size_t(j)]);
      EXPECT_NEAR(moments.at(i, j), sum, 1e-4 * std::abs(sum) + 1e-3) << i << ", " << j;
    }
}

TEST(ErrorFeedback, MakesUpForARoundingErrorWithAnInputThatGoesAlong) {
  // The largest weight sets the scale to 1; the other two always meet equal inputs.
  std::vector<double> numbers = {127, 0.4, 0.4};
  PackedPanels layout{NumberType::Int8, 3, 1};
  Rows rows = {{0, 1, 1}, {0, -2, -2}, {3, 0, 0}};
  EXPECT_THAT(quantizePanel(layout, numbers.data(), nullptr).integers, ElementsAre(127, 0, 0));
  ErrorFeedback feedback(momentsOf(rows));
  std::vector<int8_t> integers = quantizePanel(layout, numbers.data(), &feedback).integers;
  EXPECT_EQ(integers[1] + integers[2], 1); // of 0.8
}

TEST(ErrorFeedback, RoundsToTheNearestWhereInputsHaveNothingToDoWithEachOther) {
  PackedPanels layout{NumberType::Int8, 5, 2};
  std::vector<double> numbers = {1, 0.31, -0.77, 0.5, 0.02, -0.9, 0.11, 0.3, 0.6, -0.4};
  Rows rows(5, std::vector<float>(5));
  for (size_t index = 0; index < 5; ++index)
    rows[index][index] = float(index + 1);
  ErrorFeedback feedback(momentsOf(rows));
  EXPECT_EQ(quantizePanel(layout, numbers.data(), &feedback).integers,
            quantizePanel(layout, numbers.data(), nullptr).integers);
}

TEST(ErrorFeedback, LosesLessThanHalfOnCorrelatedInputs) {
  for (NumberType type : {NumberType::Int8, NumberType::Int4}) {
    PackedPanels layout{type, 192, 16};
    int64_t group = type == NumberType::Int4 ? PackedPanels::kGroup : layout.depth;
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    std::vector<double> numbers(size_t(layout.depth * layout.width));
    for (double &number : numbers)
      number = normal(random);
    Rows rows = correlatedRows(600, size_t(layout.depth), 2);
    ErrorFeedback feedback(momentsOf(rows));
    double nearest = errorOf(quantizePanel(layout, numbers.data(), nullptr), numbers, rows, group);
    double fitted = errorOf(quantizePanel(layout, numbers.data(), &feedback), numbers, rows, group);
    EXPECT_LT(fitted, 0.5 * nearest) << int(type);
  }
}

TEST(ErrorFeedback, TakesInputsThatWereNeverSeen) {
  PackedPanels layout{NumberType::Int4, 70, 1};
  std::vector<double> numbers(70, 0.3);
  ErrorFeedback feedback(momentsOf(Rows(3, std::vector<float>(70, 0))));
  for (int8_t integer : quantizePanel(layout, numbers.data(), &feedback).integers)
    EXPECT_EQ(integer, 7);
}

} // namespace
} // namespace transept::emit
