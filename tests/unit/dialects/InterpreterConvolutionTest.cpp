// SPDX-License-Identifier: Apache-2.0
//
// Convolutions, parts of sequences and attention to channels, in numbers computed by hand.

#include "tests/unit/dialects/InterpreterTesting.h"

#include <cmath>

using testing::ElementsAre;
using testing::HasSubstr;

namespace transept {
namespace {

/// Rows of the source; rows of features that are one sequence of `features` rows.
class InterpreterConvolution : public InterpreterTesting {
protected:
  void addFeatures(int64_t count) { batch.addSpace(Space::source().derived("features"), {count}); }

  /// `body` makes %r of the argument %x and of weights of these types.
  static std::string function(const std::string &argument, const std::string &body,
                              const std::string &result, const std::string &weights = "") {
    std::string from = "!transept.rows<" + argument + " x f32>";
    std::string to = "!transept.rows<" + result + " x f32>";
    return "func.func @f(%x: " + from + ") -> " + to + " {\n" + body + " : (" + from + weights +
           ") -> " + to + "\n return %r : " + to + "\n}";
  }
};

TEST_F(InterpreterConvolution, OfAChannelSeesItsOwnSequenceAlone) {
  addParameter("w", {1, 3}, {1, 10, 100});
  addParameter("b", {1}, {0.5});
  // Sequences 1, 2 and 3: nothing of the second reaches the first.
  const std::string text =
      function("source x 1",
               "%w = transept.parameter \"w\" : tensor<1x3xf32>\n"
               "%b = transept.parameter \"b\" : tensor<1xf32>\n"
               "%r = transept.depthwise_convolution %x, %w bias %b kernel 3 stride 1 padding 1",
               "source x 1", ", tensor<1x3xf32>, tensor<1xf32>");
  EXPECT_THAT(runRows(text, {rows(1, {1, 2, 3})}), ElementsAre(210.5, 21.5, 30.5));
}

TEST_F(InterpreterConvolution, MayLookBackOnlyAndEndWithAnActivation) {
  addParameter("w", {1, 2}, {-2, 1});
  const std::string text =
      function("source x 1",
               "%w = transept.parameter \"w\" : tensor<1x2xf32>\n"
               "%r = transept.depthwise_convolution %x, %w kernel 2 stride 1 padding 1 "
               "behind 0 activation relu",
               "source x 1", ", tensor<1x2xf32>");
  EXPECT_THAT(runRows(text, {rows(1, {5, 1, 3})}), ElementsAre(5, 0, 3));
}

TEST_F(InterpreterConvolution, OfAGridReachesInBothDirections) {
  addFeatures(6);
  addParameter("w", {1, 9}, {0, 1, 0, 10, 100, 1000, 0, 0, 0});
  // Lines 1 2 3 and 4 5 6; every second place of every second line.
  const std::string text =
      function("source.features x 1",
               "%w = transept.parameter \"w\" : tensor<1x9xf32>\n"
               "%r = transept.depthwise_convolution %x, %w kernel 3 stride 2 padding 1 width 3",
               "source.fewer x 1", ", tensor<1x9xf32>");
  EXPECT_THAT(runRows(text, {rows(1, {1, 2, 3, 4, 5, 6})}), ElementsAre(2100, 320));
}

TEST_F(InterpreterConvolution, GridWindowsAreChannelByChannelInEachOrderOfRows) {
  const std::string windows = "%r = transept.grid_windows %x kernel 2 stride 2 padding 1 width 2";
  // Places of two channels: 1 and -1, 2 and -2; below them 3 and -3, 4 and -4.
  std::vector<double> expected = {0, 0, 0, 1, 0, 0,  0, -1, 0, 0, 2, 0, 0,  0, -2, 0,
                                  0, 3, 0, 0, 0, -3, 0, 0,  4, 0, 0, 0, -4, 0, 0,  0};
  std::vector<double> given = {1, -1, 2, -2, 3, -3, 4, -4};
  addFeatures(4);
  EXPECT_THAT(
      runRows(function("source.features x 2", windows, "source.made x 8"), {rows(2, given)}),
      testing::ElementsAreArray(expected));
  addFeatures(2);
  EXPECT_THAT(
      runRows(function("source.features x 4", windows, "source.made x 8"), {rows(4, given)}),
      testing::ElementsAreArray(expected));
}

TEST_F(InterpreterConvolution, OfAGridNeedsWholeLines) {
  addFeatures(5);
  EXPECT_TRUE(run(function("source.features x 1",
                           "%r = transept.grid_windows %x kernel 2 stride 2 padding 0 "
                           "width 2 height 2",
                           "source.made x 4"),
                  {rows(1, {1, 2, 3, 4, 5})})
                  .empty());
  EXPECT_THAT(message, HasSubstr("expects grids of lines of 2 rows, but got a sequence of 5"));
}

TEST_F(InterpreterConvolution, PartsOfASequenceAreJoinedAgain) {
  addFeatures(5);
  const std::string text = R"(
    !given = !transept.rows<source.features x 1 x f32>
    !first = !transept.rows<source.first x 1 x f32>
    !mean = !transept.rows<source.mean x 1 x f32>
    !others = !transept.rows<source.others x 1 x f32>
    !all = !transept.rows<source.all x 1 x f32>
    func.func @f(%x: !given) -> !all {
      %first = transept.first_rows %x 2 : (!given) -> !first
      %mean = transept.prepend_mean %first : (!first) -> !mean
      %others = transept.rows_behind %x 2 : (!given) -> !others
      %r = transept.concatenate_rows %mean, %others first 3 : (!mean, !others) -> !all
      return %r : !all
    })";
  EXPECT_THAT(runRows(text, {rows(1, {1, 3, 7, 8, 9})}), ElementsAre(2, 1, 3, 7, 8, 9));
  addFeatures(1);
  EXPECT_TRUE(run(text, {rows(1, {1})}).empty());
  EXPECT_THAT(message, HasSubstr("expects sequences of at least 2 rows, but got one of 1"));
}

TEST_F(InterpreterConvolution, ChannelsLookAtChannelsOfTheirGroup) {
  batch.addSpace(Space::source(), {4});
  // Query of channel 0 is 1 in one row; keys of channels 0 and 1 are 2 and 0 there, and n is 4.
  const std::string text = R"(
    !rows = !transept.rows<source x 2 x f32>
    func.func @f(%q: !rows, %k: !rows, %v: !rows) -> !rows {
      %r = transept.channel_attention %q, %k, %v groups 1 : !rows
      return %r : !rows
    })";
  const double weight = std::exp(1.0) / (1 + std::exp(1.0));
  EXPECT_THAT(runRows(text, {rows(2, {1, 0, 0, 0, 0, 0, 0, 0}), rows(2, {2, 0, 0, 0, 0, 0, 0, 0}),
                             rows(2, {1, 3, 0, 0, 0, 0, 0, 0})}),
              near({weight + 3 * (1 - weight), 2, 0, 0, 0, 0, 0, 0}));
}

TEST_F(InterpreterConvolution, GridsOfWeightsPutColumnsBesideLines) {
  addParameter("columns", {2, 1}, {1, 2});
  addParameter("lines", {3, 1}, {10, 20, 30});
  batch.addSpace(Space::source(), {4});
  const std::string text = R"(
    !rows = !transept.rows<source x 2 x f32>
    func.func @f(%x: !rows) -> !rows {
      %c = transept.parameter "columns" : tensor<2x1xf32>
      %l = transept.parameter "lines" : tensor<3x1xf32>
      %t = transept.weight_grid %c, %l width 2 : tensor<2x1xf32>, tensor<3x1xf32> -> tensor<4x2xf32>
      %r = transept.position_embedding %x, %t : (!rows, tensor<4x2xf32>) -> !rows
      return %r : !rows
    })";
  EXPECT_THAT(runRows(text, {rows(2, {0, 0, 0, 0, 0, 0, 0, 0})}),
              ElementsAre(1, 10, 2, 10, 1, 20, 2, 20));
}

} // namespace
} // namespace transept
