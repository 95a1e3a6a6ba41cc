// SPDX-License-Identifier: Apache-2.0
//
// Ops over grids, in numbers computed by hand.

#include "tests/unit/dialects/InterpreterTesting.h"

#include <cmath>

using testing::ElementsAre;
using testing::HasSubstr;

namespace transept {
namespace {

/// Grids of two lines of three rows, numbered through.
class InterpreterGrid : public InterpreterTesting {
protected:
  InterpreterGrid() { batch.addSpace(Space::source(), {6}); }

  static std::string function(const std::string &body, const std::string &result) {
    return "!rows = !transept.rows<source x 1 x f32>\n"
           "!tiles = !transept.rows<source.tiles x 1 x f32>\n"
           "func.func @f(%x: !rows) -> " +
           result + " {\n" + body + "\n return %r : " + result + "\n}";
  }

  FloatRows counted() { return rows(1, {0, 1, 2, 3, 4, 5}); }
};

TEST_F(InterpreterGrid, TilesAreFilledUpWithZeros) {
  // Tiles of two by two: columns 0 and 1, then column 2 beside zeros.
  EXPECT_THAT(runRows(function("%r = transept.tile_rows %x <2 by 3, side = 2> : "
                               "(!rows) -> !tiles",
                               "!tiles"),
                      {counted()}),
              ElementsAre(0, 1, 3, 4, 2, 0, 5, 0));
}

TEST_F(InterpreterGrid, ShiftedTilesAreCutOffAtTheEnds) {
  // Lines 0 | 1; columns 0 | 1, 2 | 3, of which the last is filled up.
  EXPECT_THAT(runRows(function("%r = transept.tile_rows %x <2 by 3, side = 2, "
                               "shift = 1> : (!rows) -> !tiles",
                               "!tiles"),
                      {counted()}),
              ElementsAre(0, 1, 2, 0, 3, 4, 5, 0));
}

TEST_F(InterpreterGrid, UntilingIsTheWayBack) {
  for (std::string shift : {"", ", shift = 1"})
    EXPECT_THAT(runRows(function("%t = transept.tile_rows %x <2 by 3, side = 2" + shift +
                                     "> : (!rows) -> !tiles\n"
                                     "%r = transept.untile_rows %t <2 by 3, side = "
                                     "2" +
                                     shift + "> : (!tiles) -> !rows",
                                 "!rows"),
                        {counted()}),
                ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(InterpreterGrid, MergedTilesGoColumnByColumn) {
  EXPECT_THAT(runRows(function("%r = transept.merge_tiles %x <2 by 3, side = 2> : "
                               "(!rows) -> !transept.rows<source.merged x 4 x f32>",
                               "!transept.rows<source.merged x 4 x f32>"),
                      {counted()}),
              ElementsAre(0, 3, 1, 4, 2, 5, 0, 0));
}

TEST_F(InterpreterGrid, AttentionStaysWithinATileAndCountsPlacesInIt) {
  // Scores are the bias alone: a row meets itself (place 4) and, with 1 more, that below it (1).
  addParameter("table", {9, 1}, {-900, 1, -900, -900, 0, -900, -900, -900, -900});
  const std::string text = function(
      R"(%t = transept.tile_rows %x <2 by 3, side = 2> : (!rows) -> !tiles
         %z = transept.scale %t by 0.0 : !tiles
         %table = transept.parameter "table" : tensor<9x1xf32>
         %b = transept.tile_position_bias %table <2 by 3, side = 2>
             : tensor<9x1xf32> -> !transept.bias<source.tiles x source.tiles x 1>
         %r = transept.attention %z, %t, %t bias %b heads 1
             : (!tiles, !tiles, !tiles, !transept.bias<source.tiles x source.tiles x 1>) -> !tiles)",
      "!tiles");
  const double below = std::exp(1.0) / (1 + std::exp(1.0));
  EXPECT_THAT(runRows(text, {counted()}), near({3 * below, (1 - below) + 4 * below, 3, 4,
                                                2 * (1 - below) + 5 * below, 0, 5, 0}));
}

TEST_F(InterpreterGrid, RefusesSequencesThatAreNoGrid) {
  batch.addSpace(Space::source(), {5});
  EXPECT_TRUE(run(function("%r = transept.tile_rows %x <2 by 3, side = 2> : (!rows) "
                           "-> !tiles",
                           "!tiles"),
                  {rows(1, {0, 1, 2, 3, 4})})
                  .empty());
  EXPECT_THAT(message, HasSubstr("expects grids of 6 rows, but got a sequence of 5"));
}

} // namespace
} // namespace transept
