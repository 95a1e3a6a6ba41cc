// SPDX-License-Identifier: Apache-2.0
//
// Parts of sequences compiled against the interpreter: attention to channels, means of rows, and
// images with a prompt behind them, alone and beside others, over one, two and three threads.

#include "tests/numerics/FeatureModels.h"

#include <gtest/gtest.h>

namespace transept::testing {

namespace {

/// Attention to channels of ragged sequences: 5 groups of 7 channels.
const std::string ofTokens = R"(
!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 35 x f32>
func.func @channels(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<50x35xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<50x35xf32>) -> !rows
  %wq = transept.parameter "q" : tensor<35x35xf32>
  %q = transept.linear %x, %wq : (!rows, tensor<35x35xf32>) -> !rows
  %wk = transept.parameter "k" : tensor<35x35xf32>
  %k = transept.linear %x, %wk : (!rows, tensor<35x35xf32>) -> !rows
  %wv = transept.parameter "v" : tensor<35x35xf32>
  %v = transept.linear %x, %wv : (!rows, tensor<35x35xf32>) -> !rows
  %y = transept.channel_attention %q, %k, %v groups 5 : !rows
  return %y : !rows
}
)";

/// One group that is wider than vectors, of rows before the source's own; their mean before them.
const std::string ofFeatures = R"(
!frames = !transept.rows<source.features x 40 x f32>
!all = !transept.rows<source x 40 x f32>
func.func @pooled(%frames: !frames) -> !all {
  %w = transept.parameter "w" : tensor<40x40xf32>
  %q = transept.linear %frames, %w : (!frames, tensor<40x40xf32>) -> !frames
  %y = transept.channel_attention %q, %frames, %frames groups 1 : !frames
  %all = transept.prepend_mean %y : (!frames) -> !all
  return %all : !all
}
)";

/// Lines of an image of 5 by 6 pixels, and a prompt behind them, whose rows name rows of a table.
const std::string prompted = R"(
!given = !transept.rows<source.features x 6 x f32>
!lines = !transept.rows<source.lines x 6 x f32>
!windows = !transept.rows<source.places x 9 x f32>
!places = !transept.rows<source.places x 24 x f32>
!tiles = !transept.rows<source.places.tiles x 24 x f32>
!image = !transept.rows<source.image x 24 x f32>
!asked = !transept.rows<source.prompt x 6 x f32>
!words = !transept.rows<source.prompt x 24 x f32>
!rows = !transept.rows<source x 24 x f32>
func.func @prompted(%given: !given) -> !rows {
  %lines = transept.first_rows %given 5 : (!given) -> !lines
  %windows = transept.grid_windows %lines kernel 3 stride 1 padding 1 width 6 height 5 : (!lines) -> !windows
  %w = transept.parameter "w" : tensor<24x9xf32>
  %x = transept.linear %windows, %w : (!windows, tensor<24x9xf32>) -> !places
  %columns = transept.parameter "columns" : tensor<9x12xf32>
  %rows = transept.parameter "rows" : tensor<7x12xf32>
  %table = transept.weight_grid %columns, %rows width 6 : tensor<9x12xf32>, tensor<7x12xf32> -> tensor<30x24xf32>
  %p = transept.position_embedding %x, %table : (!places, tensor<30x24xf32>) -> !places
  %xp = transept.add %x, %p : !places
  %tiles = transept.tile_rows %xp <5 by 6, side = 4> : (!places) -> !tiles
  %mixed = transept.attention %tiles, %tiles, %tiles heads 2 {scale = 0.3} : (!tiles, !tiles, !tiles) -> !tiles
  %back = transept.untile_rows %mixed <5 by 6, side = 4> : (!tiles) -> !places
  %c = transept.channel_attention %back, %xp, %xp groups 3 : !places
  %image = transept.prepend_mean %c : (!places) -> !image
  %asked = transept.rows_behind %given 5 : (!given) -> !asked
  %scaled = transept.scale %asked by 20.0 : !asked
  %words = transept.parameter "words" : tensor<19x24xf32>
  %prompt = transept.column_embedding %scaled, %words column 0 : (!asked, tensor<19x24xf32>) -> !words
  %all = transept.concatenate_rows %image, %prompt first 31 : (!image, !words) -> !rows
  %y = transept.attention %all, %all, %all heads 3 {scale = 0.3} : (!rows, !rows, !rows) -> !rows
  return %y : !rows
}
)";

class Parts : public ModelsOfRows {};

TEST_P(Parts, ChannelsOfSequencesGiveWhatTheInterpreterGives) {
  compareWithInterpreter(ofTokens, {13, 1, 300, 8, 600, 65, 2});
}

TEST_P(Parts, MeansOfRowsGiveWhatTheInterpreterGives) {
  compareWithInterpreter(ofFeatures, {13, 1, 300, 520});
}

TEST_P(Parts, ImagesWithPromptsGiveWhatTheInterpreterGives) {
  compareWithInterpreter(prompted, {9, 5, 40, 6});
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, Parts,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4"),
                                            ::testing::Values("f32", "bf16", "int8")),
                         nameOf);

} // namespace
} // namespace transept::testing
