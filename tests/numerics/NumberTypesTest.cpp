// SPDX-License-Identifier: Apache-2.0
//
// Whole models with weights of every number type: within what rounding explains of the interpreter,
// the same bits beside any neighbours and over any number of threads, and for integers the same
// bits on every instruction set with vectors of one width.

#include "tests/numerics/CompiledModel.h"
#include "tests/support/TinyModels.h"

#include "workbench/goldens/Tolerances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

// Descriptions are written with the fields that matter; the rest keeps its defaults.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace transept::testing {

namespace {

using frontend::Description;

/// Sizes that are multiples of nothing: heads of 20, 389 ids.
Description oddModel(int64_t hidden, int64_t heads, int64_t wide, bool isGated) {
  using namespace frontend;
  auto stack = [&](const std::string &side, bool isTarget) {
    NormKind kind = isGated ? NormKind::RootMeanSquare : NormKind::Layer;
    TinyStack tiny{side + ".layer.{layer}", hidden, !isGated, {.kind = kind, .epsilon = 1e-5}};
    double scale = 1 / std::sqrt(20.0);
    Stack stack{.layerCount = 1,
                .hiddenSize = hidden,
                .normPlacement = isGated ? NormPlacement::Pre : NormPlacement::Post,
                .embedding = {.weight = checkpoints::TensorReference{"shared"},
                              .vocabularySize = 389,
                              .positions = {PositionKind::SinusoidalHalves, 120}},
                .selfAttention = tiny.attention("self", heads, 20, scale),
                .feedForward =
                    tiny.feedForward(isGated ? Activation::Silu : Activation::Gelu, wide, isGated)};
    if (isTarget)
      stack.crossAttention = tiny.attention("cross", heads, 20, scale);
    if (isGated) {
      stack.finalNorm = tiny.norm("final");
      stack.finalNorm->gain.name = side + ".final.gain";
    }
    return stack;
  };
  Description description{.name = "odd_" + std::to_string(hidden), .family = "odd"};
  description.source = stack("encoder", false);
  description.target = stack("decoder", true);
  description.logits = {.weight = {"shared"}};
  return description;
}

const Description gated40 = oddModel(40, 2, 72, true), plain72 = oddModel(72, 3, 100, false),
                  gated100 = oddModel(100, 5, 130, true);

/// Row counts around every blocking.
const std::vector<int64_t> kLengths = {1, 3, 12, 13, 16, 17, 31, 33, 100};

struct Answers {
  std::vector<float> states, logits;
  bool operator==(const Answers &) const = default;
};

Answers ask(const Model &model, std::span<const std::vector<int32_t>> sources,
            std::span<const std::vector<int32_t>> targets) {
  std::vector<SourceInput> inputs;
  for (const std::vector<int32_t> &source : sources)
    inputs.push_back(model.hasSource() ? SourceInput{source} : SourceInput{});
  std::vector<Source> encoded = model.encodeBatch(inputs);
  Answers answers;
  for (const Source &source : encoded)
    answers.states.insert(answers.states.end(), source.states().begin(), source.states().end());
  for (const Rows &rows : model.logitsBatch(encoded, targets))
    answers.logits.insert(answers.logits.end(), rows.values.begin(), rows.values.end());
  return answers;
}

struct Texts {
  Sequences sources = randomSequences(kLengths, 389, 3), targets;

  Texts() {
    std::vector<int64_t> lengths(kLengths.rbegin(), kLengths.rend());
    targets = randomSequences(lengths, 389, 4);
  }
};

void check(const Description &description, const CompileFor &how) {
  SCOPED_TRACE(description.name);
  uint64_t seed = 5;
  const Texts texts;
  ModelOutputs expected = interpret(description, seed, texts.sources, texts.targets);
  std::string library = compileWithRandomWeights(description, how, seed);
  Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
  workbench::Tolerances tolerances = workbench::tolerancesOf(model);
  EXPECT_EQ(tolerances.weights, how.weights);
  if (how.weights == "f32")
    tolerances.encoderStates = tolerances.targetOutputs = kTolerance;

  Answers together = ask(model, texts.sources, texts.targets);
  expectClose(expected.encoderStates->values, together.states, "encoder states",
              tolerances.encoderStates);
  expectClose(expected.logits.values, together.logits, "logits", tolerances.targetOutputs);
  Answers apart;
  for (size_t i = 0; i < texts.sources.size(); ++i) {
    Answers one = ask(model, std::span(&texts.sources[i], 1), std::span(&texts.targets[i], 1));
    apart.states.insert(apart.states.end(), one.states.begin(), one.states.end());
    apart.logits.insert(apart.logits.end(), one.logits.begin(), one.logits.end());
  }
  EXPECT_TRUE(apart == together) << "bits depend on the batch";
  for (unsigned threads : {2u, 3u}) {
    Model parallel = Model::open(library, {.threads = threads, .encoderCacheBytes = 0});
    EXPECT_TRUE(ask(parallel, texts.sources, texts.targets) == together)
        << "bits depend on " << threads << " threads";
  }
  std::filesystem::remove(library);
}

class NumberTypes : public ProcessorAndType {};

TEST_P(NumberTypes, GiveWhatTheInterpreterGives) {
  check(gated40, {cpu, weights});
  if (cpu != "emulated-amx")
    check(plain72, {cpu, weights});
}

/// Whatever the numbers are stored in, one that overflows must not come out as an ordinary one.
TEST_P(NumberTypes, GiveNoOrdinaryResultOfWhatOverflows) {
  Description description = gated40;
  description.target.crossAttention->scale = 3e38;
  Model model = Model::open(compileWithRandomWeights(description, {cpu, weights}, 1));
  std::vector<std::vector<int32_t>> ids = randomSequences({30}, 389, 2);
  Source source = model.encode(ids[0]);
  for (int beams : {1, 3})
    try {
      model.generate(source, {.ignoreModelDefaults = true, .beams = beams, .decoderStart = 1});
      ADD_FAILURE() << "expected an error with " << beams << " beams";
    } catch (const Error &error) {
      EXPECT_NE(std::string(error.what()).find("token 1 of sources[0]"), std::string::npos)
          << error.what();
    }
  Rows logits = model.logits(source, std::vector<Id>{1});
  for (float logit : logits.values)
    ASSERT_FALSE(std::isfinite(logit));
}

class UnfusedNumberTypes : public NumberTypes {};

TEST_P(UnfusedNumberTypes, GiveTheSame) {
  check(gated100, {cpu, weights, Fusion::Least});
}

auto kTypes = ::testing::Values("f32", "bf16", "int8", "int4");

INSTANTIATE_TEST_SUITE_P(EveryProcessor, NumberTypes,
                         ::testing::Combine(::testing::Values("x86-64-v3", "x86-64-v4", "native"),
                                            kTypes),
                         nameOf);
// Emulated tiles take long to compile; int4 has none.
INSTANTIATE_TEST_SUITE_P(Tiles, NumberTypes,
                         ::testing::Combine(::testing::Values("emulated-amx"),
                                            ::testing::Values("bf16", "int8")),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(EveryProcessor, UnfusedNumberTypes,
                         ::testing::Combine(::testing::Values("x86-64-v3", "native"), kTypes),
                         nameOf);

Description withoutSource(Description description) {
  description.source = {};
  description.target.crossAttention.reset();
  return description;
}

class Integers : public ::testing::TestWithParam<std::string> {
protected:
  /// Sums of integers are exact, so that words, bytes and tiles give the same bits; all else has
  /// the same order on vectors of one width.
  void expectSameBits(const Description &description, std::vector<const char *> cpus) {
    const Texts texts;
    std::optional<Answers> first;
    for (const char *cpu : cpus) {
      if (!canRun(cpu))
        GTEST_SKIP() << "this machine cannot run code for " << cpu;
      std::string library =
          compileWithRandomWeights(description, {.cpu = cpu, .weights = GetParam()}, /*seed=*/6);
      Model model = Model::open(library, {.threads = 2, .encoderCacheBytes = 0});
      Answers answers = ask(model, texts.sources, texts.targets);
      if (first)
        EXPECT_TRUE(answers == *first) << cpu << " gives other bits than " << cpus.front();
      else
        first = answers;
      std::filesystem::remove(library);
    }
  }
};

TEST_P(Integers, GiveTheSameBitsInWordsAndBytes) {
  expectSameBits(plain72, {"x86-64-v4", "cascadelake"});
}

/// Processors with tiles compute the source's own attention in bf16, so this is a target alone.
TEST_P(Integers, GiveTheSameBitsInTiles) {
  expectSameBits(withoutSource(plain72), {"cascadelake", "emulated-amx"});
}

INSTANTIATE_TEST_SUITE_P(EveryType, Integers, ::testing::Values("int8", "int4"));

} // namespace
} // namespace transept::testing

#pragma GCC diagnostic pop
