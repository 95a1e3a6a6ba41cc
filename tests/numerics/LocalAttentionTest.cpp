// SPDX-License-Identifier: Apache-2.0
//
// Attention in windows: what the interpreter says, the same bits whatever is computed beside a row,
// and no key outside of a window is visited, so that the cost grows with the rows alone.

#include "tests/numerics/CompiledModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>

namespace transept::testing {

namespace {

constexpr int64_t kFarthest = std::numeric_limits<int32_t>::max();
constexpr int32_t kVocabulary = 50;
constexpr uint64_t kSeed = 11;

struct Window {
  int64_t before, after;
  bool isCausal = false;
};

std::string textOf(const Window &window) {
  return std::to_string(window.before) + " before, " + std::to_string(window.after) + " after" +
         (window.isCausal ? ", causal" : "");
}

/// Around steps of 64 keys, tiles of rows, and beyond all sequences.
const Window kWindows[] = {{0, 0},         {1, 0},        {0, 5},        {3, 2},     {63, 1},
                           {65, 0},        {100, 7},      {5, 130},      {500, 500}, {0, kFarthest},
                           {kFarthest, 0}, {20, 3, true}, {128, 0, true}};
const Window kFewWindows[] = {{3, 2}, {100, 7}, {128, 0, true}};

/// Rows of one side through self-attention in a window; `bias`: with a relative position bias.
std::string attention(const std::string &side, const Window &window, bool hasBias) {
  std::string mask = "!transept.mask<" + side + " x " + side + ">";
  std::string bias = "!transept.bias<" + side + " x " + side + " x 2>";
  std::string text = "  %window = transept.window_mask before " + std::to_string(window.before) +
                     " after " + std::to_string(window.after) + " : " + mask + "\n";
  std::string used = "%window";
  if (window.isCausal) {
    text += "  %causal = transept.causal_mask : " + mask + "\n  %both = transept.combine_masks " +
            "%causal, %window : " + mask + "\n";
    used = "%both";
  }
  for (const char *part : {"q", "k", "v"})
    text += std::string("  %w") + part + " = transept.parameter \"" + part +
            "\" : tensor<20x20xf32>\n  %" + part + " = transept.linear %x, %w" + part +
            " : (!rows, tensor<20x20xf32>) -> !rows\n";
  if (hasBias)
    text += "  %table = transept.parameter \"table\" : tensor<8x2xf32>\n"
            "  %bias = transept.relative_position_bias %table buckets 8 maximum_distance 16 "
            "bidirectional : tensor<8x2xf32> -> " +
            bias + "\n";
  return text + "  %s = transept.attention %q, %k, %v mask " + used +
         (hasBias ? " bias %bias" : "") + " heads 2 {scale = 0.7} : (!rows, !rows, !rows, " + mask +
         (hasBias ? ", " + bias : "") + ") -> !rows\n";
}

std::string embedding(const std::string &side) {
  return "!ids = !transept.rows<" + side + " x 1 x i32>\n!rows = !transept.rows<" + side +
         " x 20 x f32>\n";
}

std::string kEmbed = "  %words = transept.parameter \"words\" : tensor<50x20xf32>\n"
                     "  %x = transept.embedding %ids, %words : (!ids, tensor<50x20xf32>) -> "
                     "!rows\n";

std::string encoder(const Window &window, bool hasBias = false) {
  return embedding("source") + "func.func @local_encoder(%ids: !ids) -> !rows {\n" + kEmbed +
         attention("source", window, hasBias) + "  return %s : !rows\n}\n";
}

std::string decoder(const Window &window, bool hasBias = false) {
  std::string logits = "!transept.rows<target x 50 x f32>";
  return embedding("target") + "func.func @local_decoder(%ids: !ids) -> " + logits + " {\n" +
         kEmbed + attention("target", window, hasBias) +
         "  %logits = transept.logits %s, %words : (!rows, tensor<50x20xf32>) -> " + logits +
         "\n  return %logits : " + logits + "\n}\n";
}

class LocalAttention : public ProcessorAndType {
protected:
  std::string compile(const std::string &text) {
    return compileWithRandomWeights(text, {.cpu = cpu, .weights = weights}, kSeed);
  }
  /// What only moves numbers otherwise is compiled for fewer windows.
  std::span<const Window> windows() const {
    return weights == "f32" ? std::span<const Window>(kWindows) : kFewWindows;
  }

  void ofSources() {
    const Sequences sources =
        randomSequences({13, 1, 300, 64, 65, 130}, kVocabulary, /*seed=*/kSeed);
    for (const Window &window : windows()) {
      bool hasBias = window.before == 3 || window.before == 128;
      SCOPED_TRACE(textOf(window) + (hasBias ? ", bias" : ""));
      expectStatesOfInterpreter(encoder(window, hasBias), sources, kSeed);
    }
  }

  /// A row's tile begins elsewhere when rows far in front of its window are missing.
  void sameBits() {
    std::string library = compile(encoder({.before = 70, .after = 3}));
    Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
    std::vector<int32_t> ids = randomSequences({400}, kVocabulary, kSeed)[0];
    std::vector<float> whole = statesOf(model, {ids});
    // Steps are counted from key 0, so whole ones are dropped; tiles of rows begin elsewhere then.
    for (size_t rows : {64, 128, 256}) {
      std::vector<int32_t> rest(ids.begin() + std::ptrdiff_t(rows), ids.end());
      std::vector<float> states = statesOf(model, {rest});
      std::span<const float> same(whole.data() + (rows + 70) * 20, (rest.size() - 70) * 20);
      EXPECT_TRUE(std::ranges::equal(std::span(states).subspan(70 * 20), same)) << rows;
    }
    for (size_t length : {100, 133, 257}) {
      std::vector<float> states = statesOf(
          model, {std::vector<int32_t>(ids.begin(), ids.begin() + std::ptrdiff_t(length))});
      EXPECT_TRUE(std::ranges::equal(std::span(states).first((length - 3) * 20),
                                     std::span(whole).first((length - 3) * 20)))
          << length;
    }
    std::filesystem::remove(library);
  }
};

TEST_P(LocalAttention, OfSourcesGivesWhatTheInterpreterGives) {
  ofSources();
}

TEST_P(LocalAttention, HasTheSameBitsWhateverLiesOutsideOfTheWindow) {
  sameBits();
}

/// Positions of the caller's own may stand in any order: then no bound follows from them.
TEST_P(LocalAttention, FollowsPositionsInAnyOrder) {
  std::string library = compile(encoder({.before = 10, .after = 4}));
  Model model = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
  std::vector<int32_t> ids = randomSequences({200}, kVocabulary, kSeed)[0];
  std::vector<float> inOrder = statesOf(model, {ids});
  std::vector<int32_t> reversed(ids.rbegin(), ids.rend()), positions(200);
  std::iota(positions.rbegin(), positions.rend(), 0);
  Source source = model.encode({.ids = reversed, .positions = positions});
  std::vector<double> expected;
  for (size_t row = 0; row < 200; ++row)
    expected.insert(expected.end(), inOrder.end() - std::ptrdiff_t(row + 1) * 20,
                    inOrder.end() - std::ptrdiff_t(row) * 20);
  expectClose(expected, source.states(), "states", tolerance());
  std::filesystem::remove(library);
}

/// Dropped rows leave gaps in the positions, so that fewer rows are within a window.
TEST_P(LocalAttention, CountsPositionsWhereRowsAreDropped) {
  std::string library = compile(encoder({.before = 10, .after = 4}));
  Model model = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
  std::vector<int32_t> ids = randomSequences({300}, kVocabulary, kSeed)[0];
  // Every sixteenth row is kept: none sees another.
  std::vector<uint8_t> mask(300);
  std::vector<float> alone;
  for (size_t row = 0; row < 300; row += 16) {
    mask[row] = 1;
    append(alone, statesOf(model, {{ids[row]}}));
  }
  std::vector<double> expected(alone.begin(), alone.end());
  expectClose(expected, model.encode({.ids = ids, .mask = mask}).states(), "states", tolerance());
  std::filesystem::remove(library);
}

TEST_P(LocalAttention, OfTargetsGivesWhatTheInterpreterGives) {
  const Sequences targets = randomSequences({5, 150, 1, 64, 200}, kVocabulary, kSeed);
  for (const Window &window : {Window{0, 0}, Window{20, 0}, Window{63, 0}, Window{64, 9, true},
                               Window{65, 0}, Window{kFarthest, 0}}) {
    bool hasBias = window.before == 20 || window.before == 65;
    SCOPED_TRACE(textOf(window) + (hasBias ? ", bias" : ""));
    std::string text = decoder(window, hasBias), library = compile(text);
    ModelOutputs expected = interpret(text, kSeed, Sequences(targets.size()), targets);
    Model model = Model::open(library, {.threads = 1});
    std::vector<Source> none(targets.size(), model.noSource());
    std::vector<float> together, apart;
    for (const Rows &rows : model.logitsBatch(none, targets))
      append(together, rows.values);
    expectClose(expected.logits.values, together, "logits", tolerance());
    for (const std::vector<int32_t> &target : targets)
      append(apart, model.logits(none[0], target).values);
    EXPECT_TRUE(apart == together) << "bits depend on the batch";
    std::filesystem::remove(library);
  }
}

/// Token by token over the pages of the self cache, whose first ones leave the window on the way.
TEST_P(LocalAttention, DecodesStepByStepWithTheBitsOfAllAtOnce) {
  for (const Window &window : {Window{20, 0}, Window{64, 0, true}}) {
    SCOPED_TRACE(textOf(window));
    std::string library = compile(decoder(window));
    Model model = Model::open(library, {.threads = 2});
    std::vector<int32_t> prompt = randomSequences({7}, kVocabulary, kSeed)[0];
    Source none = model.noSource();
    Generation generation = model.generate(none, {.ignoreModelDefaults = true,
                                                  .maximumNewTokens = 230,
                                                  .decoderStart = prompt[0],
                                                  .ends = std::vector<Id>{},
                                                  .prompt = prompt});
    const std::vector<Id> &ids = generation.ids();
    ASSERT_EQ(ids.size(), 237u);
    Rows logits = model.logits(none, ids);
    double score = 0;
    for (size_t row = 6; row + 1 < ids.size(); ++row) {
      std::span<const float> own = logits[row];
      EXPECT_EQ(std::ranges::max_element(own) - own.begin(), ids[row + 1]) << row;
      double sum = 0;
      for (float logit : own)
        sum += std::exp(double(logit));
      score += double(own[size_t(ids[row + 1])]) - std::log(sum);
    }
    EXPECT_NEAR(generation.best().score, score, 1e-4 * std::abs(score));
    // What a single step computes has the bits of the last row of a call with all rows.
    for (size_t length : {1, 16, 65, 129, 200})
      EXPECT_TRUE(std::ranges::equal(model.logits(none, std::span(ids).first(length))[length - 1],
                                     logits[length - 1]))
          << length;
    std::filesystem::remove(library);
  }
}

/// A value that is infinite makes the sums of all rows that visit its key undefined, as the weight
/// of a hidden key is 0. So the rows that are not finite are those that visit it.
TEST_P(LocalAttention, VisitsNoKeyOutsideOfTheWindow) {
  int64_t before = 40, after = 10, width = 8, rows = 1500, poisoned = 700;
  // Keys around the window: the rest of a step in front, a tile of rows on both sides.
  int64_t around = 64 + 32;
  std::string text = R"(
!rows = !transept.rows<source x 8 x f32>
!mask = !transept.mask<source x source>
func.func @poisoned(%x: !rows) -> !rows {
  %v = transept.gate %x, %x : !rows
  %w = transept.parameter "w" : tensor<8x8xf32>
  %k = transept.linear %x, %w : (!rows, tensor<8x8xf32>) -> !rows
  %window = transept.window_mask before 40 after 10 : !mask
  %s = transept.attention %x, %k, %v mask %window heads 1 : (!rows, !rows, !rows, !mask) -> !rows
  return %s : !rows
})";
  std::string library = compile(text);
  Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
  std::vector<float> features;
  for (int64_t i = 0; i < rows * width; ++i)
    features.push_back(float(i * 37 % 101 - 50) / 50);
  Source clean = model.encodeFeatures(features);
  std::fill_n(features.begin() + poisoned * width, width, 1e30f);
  Source source = model.encodeFeatures(features);
  int64_t visitors = 0;
  for (int64_t row = 0; row < rows; ++row) {
    std::span<const float> own = source.states().subspan(size_t(row * width), size_t(width));
    if (!std::ranges::all_of(own, [](float number) { return std::isfinite(number); })) {
      ++visitors;
      EXPECT_GE(row, poisoned - after - around);
      EXPECT_LE(row, poisoned + before + around);
      continue;
    }
    EXPECT_TRUE(std::ranges::equal(own, clean.states().subspan(size_t(row * width), size_t(width))))
        << row;
  }
  EXPECT_GE(visitors, before + 1 + after);
  EXPECT_LE(visitors, before + 1 + after + around);
  std::filesystem::remove(library);
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, LocalAttention,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4"),
                                            ::testing::Values("f32")),
                         nameOf);
/// Products of bf16, in tiles and in vectors; rows of sources alone are multiplied so.
class LocalAttentionInBFloats : public LocalAttention {};

TEST_P(LocalAttentionInBFloats, OfSourcesGivesWhatTheInterpreterGives) {
  ofSources();
}
TEST_P(LocalAttentionInBFloats, HasTheSameBitsWhateverLiesOutsideOfTheWindow) {
  sameBits();
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, LocalAttentionInBFloats,
                         ::testing::Combine(::testing::Values("emulated-amx", "native"),
                                            ::testing::Values("bf16")),
                         nameOf);

} // namespace
} // namespace transept::testing
