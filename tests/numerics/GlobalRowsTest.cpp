// SPDX-License-Identifier: Apache-2.0
//
// Rows that all others look at beside their window: what the interpreter says, the same bits
// whatever is encoded beside a source, and what a mask of global tokens means.

#include "tests/numerics/CompiledModel.h"

#include "transept/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace transept::testing {

namespace {

constexpr int32_t kVocabulary = 50;
constexpr uint64_t kSeed = 12;

std::string linear(const std::string &result, const std::string &input, const std::string &type) {
  return "  %w" + result + " = transept.parameter \"" + result + "\" : tensor<20x20xf32>\n  %" +
         result + " = transept.linear %" + input + ", %w" + result + " : (!" + type +
         ", tensor<20x20xf32>) -> !" + type + "\n";
}

/// An encoder whose rows look at three before them and two behind.
std::string encoder(const std::string &body) {
  return R"(
!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!blocks = !transept.rows<source.blocks x 20 x f32>
!requested = !transept.rows<source.requested x 20 x f32>
!mask = !transept.mask<source x source>
!bias = !transept.bias<source x source.blocks x 2>
func.func @long_encoder(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<50x20xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<50x20xf32>) -> !rows
  %window = transept.window_mask before 3 after 2 : !mask
)" + linear("q", "x", "rows") +
         linear("k", "x", "rows") + linear("v", "x", "rows") + body + "  return %s : !rows\n}\n";
}

/// Beside the window: sums of blocks, with or without a bias of their distance.
std::string encoderWithBlocks(int64_t size, bool hasBias) {
  std::string text = "  %sums = transept.sum_blocks %x of " + std::to_string(size) +
                     " : (!rows) -> !blocks\n" + linear("bk", "sums", "blocks") +
                     linear("bv", "sums", "blocks");
  if (hasBias)
    text += "  %table = transept.parameter \"table\" : tensor<8x2xf32>\n"
            "  %bias = transept.relative_position_bias %table buckets 8 maximum_distance 16 "
            "bidirectional blocks " +
            std::to_string(size) + " : tensor<8x2xf32> -> !bias\n";
  return encoder(text + "  %s = transept.merged_attention %q, %k, %v memory %bk, %bv mask %window" +
                 (hasBias ? " memory_bias %bias" : "") +
                 " heads 2 {scale = 0.7} : (!rows, !rows, !rows, !blocks, !blocks, !mask" +
                 (hasBias ? ", !bias" : "") + ") -> !rows\n");
}

/// Beside the window: requested rows, which look at all rows themselves.
std::string encoderWithRequests() {
  return encoder(R"(
  %others = transept.unrequested_mask : !mask
  %local = transept.combine_masks %window, %others : !mask
  %rk = transept.requested_rows %k : (!rows) -> !requested
  %rv = transept.requested_rows %v : (!rows) -> !requested
  %rx = transept.requested_rows %x : (!rows) -> !requested
  %seen = transept.merged_attention %q, %k, %v memory %rk, %rv mask %local heads 2 {scale = 0.7}
      : (!rows, !rows, !rows, !requested, !requested, !mask) -> !rows
)" + linear("gq", "rx", "requested") +
                 linear("gk", "x", "rows") + linear("gv", "x", "rows") + R"(
  %all = transept.cross_attention %gq, %gk, %gv heads 2 {scale = 0.7}
      : (!requested, !rows, !rows) -> !requested
  %s = transept.replace_requested %seen, %all : (!rows, !requested) -> !rows
)");
}

class GlobalRows : public ProcessorAndType {
protected:
  void compareWithInterpreter(const std::string &text) {
    expectStatesOfInterpreter(text, randomSequences({13, 1, 300, 64, 65, 130}, kVocabulary, kSeed),
                              kSeed);
  }
};

TEST_P(GlobalRows, OfBlocksGiveWhatTheInterpreterGives) {
  for (int64_t size : {1, 3, 16, 70, 400}) {
    SCOPED_TRACE(size);
    compareWithInterpreter(encoderWithBlocks(size, /*hasBias=*/size != 3));
  }
}

TEST_P(GlobalRows, ThatAreRequestedGiveWhatTheInterpreterGives) {
  compareWithInterpreter(encoderWithRequests());
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, GlobalRows,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4",
                                                              "emulated-amx"),
                                            ::testing::Values("f32", "bf16")),
                         nameOf);

class GlobalTokens : public ::testing::Test {
protected:
  GlobalTokens()
      : library(compileWithRandomWeights(encoderWithRequests(), {.cpu = "x86-64-v3"}, kSeed)),
        model(Model::open(library, {.threads = 2})) {}
  ~GlobalTokens() override { std::filesystem::remove(library); }

  std::vector<float> states(const std::vector<uint8_t> &mask) {
    Source source = model.encode({.ids = ids, .mask = mask});
    return {source.states().begin(), source.states().end()};
  }

  std::string library;
  Model model;
  std::vector<int32_t> ids = randomSequences({40}, kVocabulary, kSeed)[0];
};

TEST_F(GlobalTokens, AreTheFirstOneWithoutAMaskAndThoseOfTheMaskWithOne) {
  std::vector<uint8_t> none(40, 1), first = none, several = none;
  first[0] = several[0] = several[20] = 2;
  Source source = model.encode(ids);
  std::vector<float> unmasked(source.states().begin(), source.states().end());
  EXPECT_TRUE(states(first) == unmasked);
  EXPECT_FALSE(states(none) == unmasked);
  EXPECT_FALSE(states(several) == unmasked);
  // What is cached knows of them.
  EXPECT_TRUE(states(first) == unmasked);
}

/// Far from a global token, rows see it alone: without it they look at their window only.
TEST_F(GlobalTokens, ReachRowsOutsideOfTheWindow) {
  std::vector<uint8_t> none(40, 1), one = none;
  one[20] = 2;
  std::vector<int32_t> others = ids;
  others[20] = (ids[20] + 1) % kVocabulary;
  auto isMoved = [&](const std::vector<uint8_t> &mask, size_t row) {
    Source before = model.encode({.ids = ids, .mask = mask});
    Source after = model.encode({.ids = others, .mask = mask});
    return !std::ranges::equal(before.states().subspan(row * 20, 20),
                               after.states().subspan(row * 20, 20));
  };
  for (size_t row : {0, 10, 16, 24, 39}) {
    EXPECT_FALSE(isMoved(none, row)) << row;
    EXPECT_TRUE(isMoved(one, row)) << row;
  }
}

/// Dropped tokens come before and between: rows are counted without them.
TEST_F(GlobalTokens, AreFoundBehindDroppedTokens) {
  std::vector<uint8_t> mask(40, 1);
  for (size_t row : {0, 1, 2, 3})
    mask[row] = 0;
  mask[9] = 2;
  std::vector<int32_t> rest(ids.begin() + 4, ids.end());
  std::vector<uint8_t> restMask(36, 1);
  restMask[5] = 2;
  Source whole = model.encode({.ids = rest, .mask = restMask});
  EXPECT_TRUE(std::ranges::equal(states(mask), whole.states()));
}

TEST_F(GlobalTokens, AreRefusedWhereAModelHasNone) {
  std::string plain =
      compileWithRandomWeights(encoderWithBlocks(4, true), {.cpu = "x86-64-v3"}, kSeed);
  Model other = Model::open(plain, {.threads = 1});
  std::vector<uint8_t> mask(40, 2);
  EXPECT_THROW(other.encode({.ids = ids, .mask = mask}), Error);
  mask.assign(40, 3);
  EXPECT_THROW(model.encode({.ids = ids, .mask = mask}), Error);
  std::filesystem::remove(plain);
}

} // namespace
} // namespace transept::testing
