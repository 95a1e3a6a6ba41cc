// SPDX-License-Identifier: Apache-2.0
//
// Convolutions compiled against the interpreter: of each channel by itself along ragged sequences,
// windows and channels of grids, alone and beside others, over one, two and three threads.

#include "tests/numerics/FeatureModels.h"

#include <gtest/gtest.h>

namespace transept::testing {

namespace {

struct Taps {
  int64_t kernel, padding, behind;
  int64_t channels;
  bool hasBias = true;
  std::string activation = "";
};

std::string textOf(const Taps &taps) {
  return "kernel " + std::to_string(taps.kernel) + " stride 1 padding " +
         std::to_string(taps.padding) + " behind " + std::to_string(taps.behind);
}

/// Rows of ids convolved along their sequences.
std::string alongSequences(const Taps &taps) {
  std::string channels = std::to_string(taps.channels), kernel = std::to_string(taps.kernel);
  std::string weight = "tensor<" + channels + "x" + kernel + "xf32>";
  std::string bias = "tensor<" + channels + "xf32>";
  return "!ids = !transept.rows<source x 1 x i32>\n!rows = !transept.rows<source x " + channels +
         " x f32>\nfunc.func @convolved(%ids: !ids) -> !rows {\n"
         "  %words = transept.parameter \"words\" : tensor<50x" +
         channels + "xf32>\n  %x = transept.embedding %ids, %words : (!ids, tensor<50x" + channels +
         "xf32>) -> !rows\n  %w = transept.parameter \"w\" : " + weight +
         "\n  %b = transept.parameter \"b\" : " + bias +
         "\n  %y = transept.depthwise_convolution %x, %w" + (taps.hasBias ? " bias %b" : "") + " " +
         textOf(taps) + " : (!rows, " + weight + (taps.hasBias ? ", " + bias : "") +
         ") -> !rows\n" +
         (taps.activation.empty() ? std::string("  return %y : !rows\n}\n")
                                  : "  %z = transept.activation " + taps.activation +
                                        " %y : !rows\n  return %z : !rows\n}\n");
}

/// The beginning of a model of speech: lines of a spectrogram become fewer in both directions, at
/// last a row each. `kernel` 3 and stride 2 make 6 and 3 places of 11 with padding 1, 5 and 2
/// without.
std::string spectrogram(int64_t padding) {
  std::string first = padding == 1 ? "6" : "5", second = padding == 1 ? "3" : "2";
  std::string step = "kernel 3 stride 2 padding " + std::to_string(padding);
  std::string folded = padding == 1 ? "39" : "26";
  return R"(
!frames = !transept.rows<source.features x 11 x f32>
!windows = !transept.rows<source.first x 9 x f32>
!first = !transept.rows<source.first x 13 x f32>
!second = !transept.rows<source.second x 13 x f32>
!folded = !transept.rows<source x )" +
         folded + R"( x f32>
!rows = !transept.rows<source x 20 x f32>
func.func @spectrogram(%frames: !frames) -> !rows {
  %windows = transept.grid_windows %frames )" +
         step + R"( width 11 : (!frames) -> !windows
  %w0 = transept.parameter "w0" : tensor<13x9xf32>
  %b0 = transept.parameter "b0" : tensor<13xf32>
  %x0 = transept.linear %windows, %w0 bias %b0 : (!windows, tensor<13x9xf32>, tensor<13xf32>) -> !first
  %r0 = transept.activation relu %x0 : !first
  %w1 = transept.parameter "w1" : tensor<13x9xf32>
  %b1 = transept.parameter "b1" : tensor<13xf32>
  %x1 = transept.depthwise_convolution %r0, %w1 bias %b1 )" +
         step + " width " + first + R"( : (!first, tensor<13x9xf32>, tensor<13xf32>) -> !second
  %w2 = transept.parameter "w2" : tensor<13x13xf32>
  %x2 = transept.linear %x1, %w2 : (!second, tensor<13x13xf32>) -> !second
  %r2 = transept.activation relu %x2 : !second
  %line = transept.windows %r2 kernel )" +
         second + " stride " + second + R"( padding 0 : (!second) -> !folded
  %w3 = transept.parameter "w3" : tensor<20x)" +
         folded + R"(xf32>
  %y = transept.linear %line, %w3 : (!folded, tensor<20x)" +
         folded + R"(xf32>) -> !rows
  return %y : !rows
}
)";
}

/// Images of 19 lines of 14 pixels of three colours, as models of images begin: windows that
/// overlap, channels by themselves over places that stay, and windows of places.
const std::string image = R"(
!lines = !transept.rows<source.features x 42 x f32>
!pixels = !transept.rows<source.first x 147 x f32>
!first = !transept.rows<source.first x 21 x f32>
!windows = !transept.rows<source x 189 x f32>
!rows = !transept.rows<source x 33 x f32>
func.func @image(%lines: !lines) -> !rows {
  %pixels = transept.grid_windows %lines kernel 7 stride 4 padding 3 width 14 height 19
      : (!lines) -> !pixels
  %w0 = transept.parameter "w0" : tensor<21x147xf32>
  %x0 = transept.linear %pixels, %w0 : (!pixels, tensor<21x147xf32>) -> !first
  %v0 = transept.parameter "v0" : tensor<21x9xf32>
  %c0 = transept.depthwise_convolution %x0, %v0 kernel 3 stride 1 padding 1 width 4
      : (!first, tensor<21x9xf32>) -> !first
  %s0 = transept.add %x0, %c0 : !first
  %windows = transept.grid_windows %s0 kernel 3 stride 2 padding 1 width 4 : (!first) -> !windows
  %w1 = transept.parameter "w1" : tensor<33x189xf32>
  %x1 = transept.linear %windows, %w1 : (!windows, tensor<33x189xf32>) -> !rows
  %v1 = transept.parameter "v1" : tensor<33x25xf32>
  %b1 = transept.parameter "b1" : tensor<33xf32>
  %c1 = transept.depthwise_convolution %x1, %v1 bias %b1 kernel 5 stride 1 padding 2 width 2
      : (!rows, tensor<33x25xf32>, tensor<33xf32>) -> !rows
  %y = transept.add %x1, %c1 : !rows
  return %y : !rows
}
)";

class Convolutions : public ModelsOfRows {};

/// Kernels below and beyond what is unrolled, windows longer than sequences, channels around whole
/// vectors and panels.
TEST_P(Convolutions, AlongSequencesGiveWhatTheInterpreterGives) {
  for (const Taps &taps :
       {Taps{9, 4, 4, 20}, Taps{1, 0, 0, 16, false, "silu"}, Taps{3, 2, 0, 35, true, "silu"},
        Taps{16, 8, 7, 64, false}, Taps{17, 8, 8, 33, true, "relu"}, Taps{31, 30, 0, 7}}) {
    SCOPED_TRACE(textOf(taps) + ", " + std::to_string(taps.channels) + " channels");
    compareWithInterpreter(alongSequences(taps), {13, 1, 300, 8, 9, 65, 2});
  }
}

TEST_P(Convolutions, KeepTheirActivationWhereNothingIsFused) {
  compareWithInterpreter(alongSequences({5, 2, 2, 20, true, "silu"}), {7, 1, 40}, Fusion::Least);
}

TEST_P(Convolutions, OfSpectrogramsGiveWhatTheInterpreterGives) {
  for (int64_t padding : {1, 0})
    for (Fusion fusion : {Fusion::All, Fusion::Least}) {
      SCOPED_TRACE(padding);
      compareWithInterpreter(spectrogram(padding), {13, 7, 100, 8, 9, 66}, fusion);
    }
}

TEST_P(Convolutions, OfImagesGiveWhatTheInterpreterGives) {
  compareWithInterpreter(image, {19, 19});
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, Convolutions,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4"),
                                            ::testing::Values("f32", "bf16", "int8")),
                         nameOf);

} // namespace
} // namespace transept::testing
