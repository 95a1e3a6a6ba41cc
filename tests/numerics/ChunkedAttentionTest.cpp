// SPDX-License-Identifier: Apache-2.0
//
// Attention in chunks of positions, and among rows before those of the source, compiled beside the
// interpreter.

#include "tests/numerics/FeatureModels.h"

#include <gtest/gtest.h>

namespace transept::testing {

namespace {

struct Chunks {
  int64_t size;
  std::optional<int64_t> before;

  std::string text() const {
    return std::to_string(size) + (before ? " before " + std::to_string(*before) : "");
  }
};

/// %s of rows %`rows` of width 20 in `space`; with a mask, and what rows say of distances.
std::string attention(const std::string &rows, const std::string &space, const std::string &mask,
                      bool hasScores) {
  std::string type = "!transept.rows<" + space + " x 20 x f32>", text;
  std::string masks = "!transept.mask<" + space + " x " + space + ">";
  std::string bias = "!transept.bias<" + space + " x " + space + " x 2>";
  for (std::string part : {"q", "k", "v"}) {
    part += rows;
    text += "  %w" + part + " = transept.parameter \"" + part + "\" : tensor<20x20xf32>\n  %" +
            part + " = transept.linear %" + rows + ", %w" + part + " : (" + type +
            ", tensor<20x20xf32>) -> " + type + "\n";
  }
  if (hasScores)
    text += "  %t" + rows + " = transept.parameter \"t" + rows + "\" : tensor<6x10xf32>\n  %n" +
            rows + " = transept.head_linear %q" + rows + " weights %t" + rows + " heads 2 : (" +
            type + ", tensor<6x10xf32>) -> !transept.rows<" + space + " x 12 x f32>\n  %b" + rows +
            " = transept.relative_scores %n" + rows + " before 3 after 2 : !transept.rows<" +
            space + " x 12 x f32> -> " + bias + "\n";
  if (!mask.empty())
    text += "  %m" + rows + " = transept." + mask + " : " + masks + "\n";
  return text + "  %s" + rows + " = transept.attention %q" + rows + ", %k" + rows + ", %v" + rows +
         (mask.empty() ? "" : " mask %m" + rows) + (hasScores ? " bias %b" + rows : "") +
         " heads 2 {scale = 0.25} : (" + type + ", " + type + ", " + type +
         (mask.empty() ? "" : ", " + masks) + (hasScores ? ", " + bias : "") + ") -> " + type +
         "\n";
}

std::string ofIds(const Chunks &chunks, bool hasScores) {
  return "!ids = !transept.rows<source x 1 x i32>\n!rows = !transept.rows<source x 20 x f32>\n"
         "func.func @chunked(%ids: !ids) -> !rows {\n"
         "  %words = transept.parameter \"words\" : tensor<50x20xf32>\n"
         "  %x = transept.embedding %ids, %words : (!ids, tensor<50x20xf32>) -> !rows\n" +
         attention("x", "source", "chunk_mask size " + chunks.text(), hasScores) +
         "  return %sx : !rows\n}\n";
}

/// Attention among frames, then among the fewer rows that windows make of them.
std::string ofFrames(const std::string &mask, bool hasScores) {
  return "!frames = !transept.rows<source.features x 20 x f32>\n"
         "!rows = !transept.rows<source x 20 x f32>\n"
         "func.func @frames(%x: !frames) -> !rows {\n" +
         attention("x", "source.features", mask, hasScores) +
         "  %windows = transept.windows %sx kernel 5 stride 4 padding 2 : (!frames) -> "
         "!transept.rows<source x 100 x f32>\n"
         "  %w = transept.parameter \"w\" : tensor<20x100xf32>\n"
         "  %y = transept.linear %windows, %w : (!transept.rows<source x 100 x f32>, "
         "tensor<20x100xf32>) -> !rows\n" +
         attention("y", "source", "", false) + "  return %sy : !rows\n}\n";
}

class ChunkedAttention : public ModelsOfRows {};

TEST_P(ChunkedAttention, GivesWhatTheInterpreterGives) {
  for (const Chunks &chunks :
       {Chunks{7, 1}, Chunks{64, 0}, Chunks{50, {}}, Chunks{20000, 128}, Chunks{65, 3}}) {
    SCOPED_TRACE(chunks.text());
    compareWithInterpreter(ofIds(chunks, /*hasScores=*/chunks.size % 2 == 1), {13, 1, 200, 65});
  }
}

TEST_P(ChunkedAttention, AmongRowsBeforeThoseOfTheSourceGivesWhatTheInterpreterGives) {
  for (const char *mask : {"", "chunk_mask size 7 before 1", "window_mask before 70 after 3"}) {
    SCOPED_TRACE(mask);
    compareWithInterpreter(ofFrames(mask, /*hasScores=*/*mask != 'w'), {13, 1, 200, 131});
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, ChunkedAttention,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4"),
                                            ::testing::Values("f32", "bf16", "int8")),
                         nameOf);

} // namespace
} // namespace transept::testing
