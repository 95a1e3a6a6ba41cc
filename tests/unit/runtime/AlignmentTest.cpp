// SPDX-License-Identifier: Apache-2.0
//
// Aligning tokens with time: each step on numbers whose answer is known, time warping against all
// ways through small matrices, and the whole on weights made by hand.

#include "transept/alignment.h"
#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace transept::tests {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::Pointwise;

TEST(Alignment, NormalizesEachColumn) {
  AlignmentMatrix matrix{3, 2, {1, 5, 4, 5, 7, 5}};
  normalizeColumns(matrix);
  double unit = std::sqrt(1.5); // 3 / sqrt((9 + 0 + 9) / 3)
  EXPECT_THAT(matrix.values, Pointwise(DoubleNear(1e-12), {-unit, 0.0, 0.0, 0.0, unit, 0.0}));
}

TEST(Alignment, FiltersByTheMedianWithMirroredEnds) {
  AlignmentMatrix matrix{2, 5, {9, 1, 5, 2, 8, 0, 0, 7, 0, 0}};
  filterByMedian(matrix, 3);
  // 1 9 1 | 9 1 5 | 1 5 2 | 5 2 8 | 2 8 2
  EXPECT_THAT(matrix.values, ElementsAre(1, 5, 2, 5, 2, 0, 0, 0, 0, 0));
  AlignmentMatrix narrow{1, 3, {3, 1, 2}};
  filterByMedian(narrow, 7); // cannot be mirrored by 3
  EXPECT_THAT(narrow.values, ElementsAre(3, 1, 2));
  filterByMedian(narrow, 5); // 2 1 3 1 2 | 1 3 1 2 1 | 3 1 2 1 3
  EXPECT_THAT(narrow.values, ElementsAre(2, 1, 2));
  filterByMedian(matrix, 1);
  EXPECT_THAT(matrix.values, ElementsAre(1, 5, 2, 5, 2, 0, 0, 0, 0, 0));
}

TEST(Alignment, FindsTheCheapPath) {
  AlignmentMatrix costs{3, 5, {0, 0, 9, 9, 9, /**/ 9, 9, 0, 9, 9, /**/ 9, 9, 9, 0, 0}};
  EXPECT_THAT(warpTime(costs), ElementsAre(0, 2, 3));
  EXPECT_THAT(warpTime({3, 1}), ElementsAre(0, 0, 0));
  EXPECT_THAT(warpTime({1, 4}), ElementsAre(0));
  EXPECT_THAT(warpTime({2, 0}), ElementsAre(0, 0));
  EXPECT_TRUE(warpTime({0, 4}).empty());
}

struct Path {
  double cost = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> entered;
};

/// Tries every way on from (row, column).
void walk(const AlignmentMatrix &costs, std::size_t row, std::size_t column, double cost,
          std::vector<std::size_t> entered, Path &best) {
  cost += costs.at(row, column);
  if (entered.size() == row)
    entered.push_back(column);
  if (row + 1 == costs.rows && column + 1 == costs.columns && cost < best.cost)
    best = {cost, entered};
  if (row + 1 < costs.rows)
    walk(costs, row + 1, column, cost, entered, best);
  if (column + 1 < costs.columns)
    walk(costs, row, column + 1, cost, entered, best);
  if (row + 1 < costs.rows && column + 1 < costs.columns)
    walk(costs, row + 1, column + 1, cost, entered, best);
}

TEST(Alignment, TakesTheCheapestOfAllPaths) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> number(-1, 1);
  for (int round = 0; round < 200; ++round) {
    AlignmentMatrix costs{1 + random() % 5, 1 + random() % 6};
    for (double &value : costs.values)
      value = number(random);
    Path best;
    walk(costs, 0, 0, 0, {}, best);
    EXPECT_EQ(warpTime(costs), best.entered) << "round " << round;
  }
}

/// Token t is said in frames 10 t to 10 t + 9 of 60: the weights of the row before it are there.
std::vector<float> knownWeights() {
  std::vector<float> weights(6 * 60, 0.001f);
  for (std::size_t row = 0; row < 6; ++row)
    for (std::size_t frame = 0; frame < 10; ++frame)
      weights[row * 60 + row * 10 + frame] = 0.0941f;
  weights[3 * 60 + 12] = 0.5f; // a peak that is too narrow for the filter
  return weights;
}

TEST(Alignment, TellsWhenEachTokenIsSaid) {
  ToyModel toy(4, 50);
  toy.speak(36);
  toy.parameters.attention = knownWeights();
  Model model = toy.open();
  std::vector<Id> sourceIds(60, 4), ids{1, 30, 7, 8, 9, 10, 2};
  Source source = model.encode(sourceIds);
  EXPECT_THAT(tokenTimes(model, source, ids),
              Pointwise(DoubleNear(1e-9), {0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0}));
  // The rest of the source is not sound: all that is left falls on what is.
  std::vector<double> times = tokenTimes(model, source, ids, 0.7);
  EXPECT_THAT(std::vector(times.begin(), times.begin() + 5),
              Pointwise(DoubleNear(1e-9), {0.0, 0.0, 0.2, 0.4, 0.6}));
  for (double time : times)
    EXPECT_LT(time, 0.7);
  EXPECT_THAT(tokenTimes(model, source, std::vector<Id>{1}), ElementsAre(0));
  transept_alignment_head head{0, 0};
  toy.speech.alignment_heads = &head;
  toy.speech.alignment_head_count = 1;
  EXPECT_EQ(tokenTimes(model, source, ids).back(), 1.0);
}

} // namespace
} // namespace transept::tests
