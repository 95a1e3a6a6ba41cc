// SPDX-License-Identifier: Apache-2.0
//
// Biases that rows ask for by distance: what the interpreter says, and the same bits whatever is
// computed beside a row.

#include "tests/numerics/CompiledModel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

namespace transept::testing {

namespace {

constexpr int32_t kVocabulary = 50;
constexpr uint64_t kSeed = 17;
constexpr int64_t kHeads = 2, kWidth = 20;

std::string matrix(int64_t rows, int64_t columns) {
  return "tensor<" + std::to_string(rows) + "x" + std::to_string(columns) + "xf32>";
}

std::string rows(const std::string &side, int64_t width) {
  return "!transept.rows<" + side + " x " + std::to_string(width) + " x f32>";
}

std::string biasOf(const std::string &side) {
  return "!transept.bias<" + side + " x " + side + " x 2>";
}

std::string linear(const std::string &result, const std::string &input) {
  return "  %w" + result + " = transept.parameter \"" + result + "\" : tensor<20x20xf32>\n  %" +
         result + " = transept.linear %" + input + ", %w" + result +
         " : (!rows, tensor<20x20xf32>) -> !rows\n";
}

/// How rows say what they add to their scores.
struct Distances {
  int64_t before, after;
  bool isShared = false; // one table for all heads, without biases
};

/// %bias, of the queries %q.
std::string distanceScores(const std::string &side, const Distances &distances) {
  int64_t count = distances.before + 1 + distances.after;
  std::string table = matrix(count, kWidth / kHeads), numbers = rows(side, kHeads * count);
  std::string vector = "tensor<" + std::to_string(count) + "xf32>";
  std::string text = "  %t0 = transept.parameter \"t0\" : " + table +
                     "\n  %t1 = " + "transept.parameter \"t1\" : " + table +
                     "\n  %b0 = transept.parameter \"b0\" : " + vector +
                     "\n  %b1 = transept.parameter \"b1\" : " + vector + "\n";
  text +=
      distances.isShared
          ? "  %n = transept.head_linear %q weights %t0 heads 2 : (!rows, " + table + ") -> " +
                numbers + "\n"
          : "  %n = transept.head_linear %q weights %t0, %t1 biases %b0, %b1 heads 2 : (!rows, " +
                table + ", " + table + ", " + vector + ", " + vector + ") -> " + numbers + "\n";
  return text + "  %bias = transept.relative_scores %n before " + std::to_string(distances.before) +
         " after " + std::to_string(distances.after) + " : " + numbers + " -> " + biasOf(side) +
         "\n";
}

/// %`name` of %n, which `numbers` makes of rows.
std::string bucketNumbers(const std::string &side, const std::string &input,
                          const std::string &name) {
  return "  %w" + name + " = transept.parameter \"buckets\" : tensor<16x20xf32>\n  %" + name +
         " = transept.linear %" + input + ", %w" + name + " : (!rows, tensor<16x20xf32>) -> " +
         rows(side, 16) + "\n";
}

std::string bucketScores(const std::string &side, const std::string &numbers,
                         const std::string &name, const std::string &attributes) {
  return "  %" + name + " = transept.relative_scores %" + numbers +
         " buckets 8 maximum_distance 20 " + attributes + " : " + rows(side, 16) + " -> " +
         biasOf(side) + "\n";
}

std::string embedding(const std::string &side) {
  return "!ids = !transept.rows<" + side + " x 1 x i32>\n!rows = " + rows(side, kWidth) +
         "\n!bias = " + biasOf(side) + "\n!mask = !transept.mask<" + side + " x " + side + ">\n";
}

const std::string kEmbed = "  %words = transept.parameter \"words\" : tensor<50x20xf32>\n"
                           "  %x = transept.embedding %ids, %words : (!ids, tensor<50x20xf32>) -> "
                           "!rows\n";
const std::string kAttend =
    "  %s = transept.attention %q, %k, %v bias %bias heads 2 {scale = 0.7} : (!rows, !rows, !rows, "
    "!bias) -> !rows\n";
const std::string kCausal = "  %causal = transept.causal_mask : !mask\n"
                            "  %s = transept.attention %q, %k, %v mask %causal bias %bias heads 2 "
                            "{scale = 0.7} : (!rows, !rows, !rows, !mask, !bias) -> !rows\n";

std::string encoder(const std::string &biases) {
  return embedding("source") + "func.func @relative_encoder(%ids: !ids) -> !rows {\n" + kEmbed +
         linear("q", "x") + linear("k", "x") + linear("v", "x") + biases + kAttend +
         "  return %s : !rows\n}\n";
}

std::string decoder(const std::string &body) {
  std::string logits = "!transept.rows<target x 50 x f32>";
  return embedding("target") + "func.func @relative_decoder(%ids: !ids) -> " + logits + " {\n" +
         kEmbed + linear("q", "x") + linear("k", "x") + linear("v", "x") + body +
         "  %logits = transept.logits %s, %words : (!rows, tensor<50x20xf32>) -> " + logits +
         "\n  return %logits : " + logits + "\n}\n";
}

/// Rows that stand one position further on than their tokens, and look at themselves as well.
std::string predicting() {
  return linear("p", "x") + linear("pq", "p") + linear("pk", "p") + linear("pv", "p") +
         bucketNumbers("target", "p", "n") + bucketScores("target", "n", "others", "ahead 1") +
         bucketScores("target", "n", "own", "") +
         "  %causal = transept.causal_mask : !mask\n"
         "  %s = transept.merged_attention %pq, %k, %v memory %pk, %pv mask %causal bias %others "
         "memory_bias %own heads 2 {scale = 0.7} : (!rows, !rows, !rows, !rows, !rows, !mask, "
         "!bias, "
         "!bias) -> !rows\n";
}

class RelativeScores : public ProcessorAndType {
protected:
  std::string compile(const std::string &text) {
    return compileWithRandomWeights(text, {.cpu = cpu, .weights = weights}, kSeed);
  }

  void ofSources(const std::string &text) {
    expectStatesOfInterpreter(text, randomSequences({13, 1, 150, 64, 65}, kVocabulary, kSeed),
                              kSeed);
  }

  void ofTargets(const std::string &text) {
    const Sequences targets = randomSequences({5, 100, 1, 64}, kVocabulary, kSeed);
    std::string library = compile(text);
    ModelOutputs expected = interpret(text, kSeed, Sequences(targets.size()), targets);
    Model model = Model::open(library, {.threads = 3});
    std::vector<Source> none(targets.size(), model.noSource());
    std::vector<float> together, apart;
    for (const Rows &rows : model.logitsBatch(none, targets))
      append(together, rows.values);
    expectClose(expected.logits.values, together, "logits", tolerance());
    for (const std::vector<int32_t> &target : targets)
      append(apart, model.logits(none[0], target).values);
    EXPECT_TRUE(apart == together) << "bits depend on the batch";
    stepByStep(model);
    std::filesystem::remove(library);
  }

  /// What single steps over the self cache choose is what all rows at once say.
  void stepByStep(Model &model) {
    Source none = model.noSource();
    Generation generation = model.generate(none, {.ignoreModelDefaults = true,
                                                  .maximumNewTokens = 70,
                                                  .decoderStart = 3,
                                                  .ends = std::vector<Id>{}});
    const std::vector<Id> &ids = generation.ids();
    ASSERT_EQ(ids.size(), 71u);
    Rows logits = model.logits(none, ids);
    for (size_t row = 0; row + 1 < ids.size(); ++row)
      EXPECT_EQ(std::ranges::max_element(logits[row]) - logits[row].begin(), ids[row + 1]) << row;
    for (size_t length : {1, 16, 65})
      EXPECT_TRUE(std::ranges::equal(model.logits(none, std::span(ids).first(length))[length - 1],
                                     logits[length - 1]))
          << length;
  }
};

TEST_P(RelativeScores, OfDistancesGiveWhatTheInterpreterGives) {
  ofSources(encoder(distanceScores("source", {5, 9})));
  if (weights != "f32") // what only moves numbers otherwise
    return;
  for (const Distances &distances :
       {Distances{149, 149}, Distances{0, 0, true}, Distances{40, 3, true}})
    ofSources(encoder(distanceScores("source", distances)));
}

TEST_P(RelativeScores, OfBucketsGiveWhatTheInterpreterGives) {
  ofSources(encoder(bucketNumbers("source", "x", "n") +
                    bucketScores("source", "n", "bias", "bidirectional")));
}

TEST_P(RelativeScores, OfTargetsGiveWhatTheInterpreterGives) {
  ofTargets(decoder(distanceScores("target", {.before = 30, .after = 0}) + kCausal));
  ofTargets(decoder(bucketNumbers("target", "x", "n") + bucketScores("target", "n", "bias", "") +
                    kCausal));
}

TEST_P(RelativeScores, OfRowsThatLookAtThemselvesGiveWhatTheInterpreterGives) {
  ofTargets(decoder(predicting()));
}

/// Positions of the caller's own may stand in any order, or have gaps: distances are theirs.
TEST_P(RelativeScores, FollowPositionsInAnyOrder) {
  constexpr size_t kCount = 90;
  for (const std::string &biases :
       {distanceScores("source", {.before = 30, .after = 100}),
        bucketNumbers("source", "x", "n") + bucketScores("source", "n", "bias", "bidirectional")}) {
    std::string library = compile(encoder(biases));
    Model model = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
    std::vector<int32_t> ids = randomSequences({kCount}, kVocabulary, kSeed)[0];
    std::vector<float> inOrder = statesOf(model, {ids});
    std::vector<int32_t> reversed(ids.rbegin(), ids.rend()), positions(kCount);
    std::iota(positions.rbegin(), positions.rend(), 0);
    Source source = model.encode({.ids = reversed, .positions = positions});
    std::vector<double> expected;
    for (size_t row = 0; row < kCount; ++row)
      expected.insert(expected.end(), inOrder.end() - std::ptrdiff_t(row + 1) * kWidth,
                      inOrder.end() - std::ptrdiff_t(row) * kWidth);
    expectClose(expected, source.states(), "states", tolerance());
    std::filesystem::remove(library);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, RelativeScores,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4"),
                                            ::testing::Values("f32")),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(EveryType, RelativeScores,
                         ::testing::Combine(::testing::Values("emulated-amx", "native"),
                                            ::testing::Values("bf16", "int8")),
                         nameOf);

} // namespace
} // namespace transept::testing
