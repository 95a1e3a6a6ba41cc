// SPDX-License-Identifier: Apache-2.0
//
// Compiled code against the interpreter, on models of every shape: what the kernels compute is what
// the dialect means. And the promise of invariance: the same bits beside any neighbours, with any
// number of threads.

#include "tests/numerics/CompiledModel.h"
#include "tests/numerics/RandomModels.h"
#include "tests/support/TinyModels.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace transept::testing {

namespace {

struct Answers {
  std::vector<float> states, logits;
  bool operator==(const Answers &) const = default;
};

Answers ask(const Model &model, const Sequences &sources, const Sequences &targets) {
  std::vector<std::vector<float>> features;
  std::vector<SourceInput> inputs;
  for (const std::vector<int32_t> &source : sources) {
    if (int64_t width = int64_t(model.sourceFeatureWidth())) {
      Tensor rows = featureRows(source, width);
      features.emplace_back(rows.values.begin(), rows.values.end());
      inputs.push_back({.ids = {}, .features = features.back()});
    } else if (model.sourceVocabularySize() != 0) {
      inputs.push_back({source});
    } else {
      inputs.push_back({}); // a decoder alone
    }
  }
  std::vector<Source> encoded = model.encodeBatch(inputs);
  Answers answers;
  for (size_t i = 0; i < sources.size(); ++i) {
    std::span<const float> states = encoded[i].states();
    answers.states.insert(answers.states.end(), states.begin(), states.end());
    if (model.targetVocabularySize() == 0)
      continue; // an encoder alone
    Rows logits = model.logits(encoded[i], targets[i]);
    answers.logits.insert(answers.logits.end(), logits.values.begin(), logits.values.end());
  }
  return answers;
}

/// Compiles, compares with the interpreter, then with itself one by one and over other threads.
void check(const frontend::Description &description, const std::string &cpu, Fusion fusion,
           uint64_t seed) {
  SCOPED_TRACE(description.name + " for " + cpu + ", seed " + std::to_string(seed));
  auto bounded = [](int64_t length, int64_t longest) {
    return longest ? std::min(length, longest) : length;
  };
  bool readsFeatures = description.source.embedding.features.has_value();
  int64_t longest = readsFeatures ? 0 : description.source.embedding.positions.length;
  // A grid is always whole.
  auto sourceLength = [&](int64_t length) {
    return description.source.grid ? description.source.embedding.features->length
                                   : bounded(length, longest);
  };
  Sequences sources = randomSequences(
      {sourceLength(13), sourceLength(1), sourceLength(67), sourceLength(16)},
      readsFeatures || !description.hasSource() ? 1000
                                                : description.source.embedding.vocabularySize,
      seed);
  longest = description.target.embedding.positions.length;
  Sequences targets =
      randomSequences({5, bounded(18, longest), 1, bounded(33, longest)},
                      std::max<int64_t>(1, description.target.embedding.vocabularySize), seed + 1);
  ModelOutputs expected = interpret(description, seed, sources, targets);

  std::string library = compileWithRandomWeights(description, cpu, fusion, seed);
  Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
  Answers together = ask(model, sources, targets);
  expectClose(expected.encoderStates.value_or(Tensor()).values, together.states, "encoder states");
  expectClose(expected.logits.values, together.logits, "logits");

  Answers apart;
  for (size_t i = 0; i < sources.size(); ++i) {
    Answers one = ask(model, {sources[i]}, {targets[i]});
    apart.states.insert(apart.states.end(), one.states.begin(), one.states.end());
    apart.logits.insert(apart.logits.end(), one.logits.begin(), one.logits.end());
  }
  EXPECT_TRUE(apart == together) << "bits depend on the batch";
  for (unsigned threads : {2u, 3u}) {
    Model parallel = Model::open(library, {.threads = threads, .encoderCacheBytes = 0});
    EXPECT_TRUE(ask(parallel, sources, targets) == together)
        << "bits depend on " << threads << " threads";
  }
  std::filesystem::remove(library);
}

class Compiled : public ::testing::TestWithParam<std::string> {};

TEST_P(Compiled, TinyModelsGiveWhatTheInterpreterGives) {
  for (const frontend::Description &description :
       {tinyMarian(), tinyT5(false), tinyT5(true), tinyBart(), tinySpeech(), tinyVision(),
        tinyEncoder(), tinyDecoder(), tinyGrouped(), tinyStudent(), tinyMerged(), tinyWave(),
        tinyFrames(), tinyFrames(/*scale=*/3000), tinyGrid()})
    check(description, GetParam(), Fusion::All, 1);
}

TEST_P(Compiled, UnfusedModelsGiveWhatTheInterpreterGives) {
  for (const frontend::Description &description :
       {tinyMarian(), tinyT5(true), tinySpeech(), tinyVision(), tinyGrouped(), tinyStudent(),
        tinyMerged(), tinyWave(), tinyFrames(), tinyGrid()})
    check(description, GetParam(), Fusion::Least, 2);
}

TEST_P(Compiled, RandomModelsGiveWhatTheInterpreterGives) {
  for (uint64_t seed = 10; seed < 18; ++seed)
    check(randomModel(seed), GetParam(), Fusion::All, seed);
}

TEST_P(Compiled, RandomGroupedModelsGiveWhatTheInterpreterGives) {
  for (uint64_t seed = 30; seed < 36; ++seed)
    check(randomGroupedModel(seed), GetParam(), Fusion::All, seed);
}

INSTANTIATE_TEST_SUITE_P(EveryProcessor, Compiled, ::testing::ValuesIn(runnableProcessors()),
                         [](const auto &info) { return withoutHyphens(info.param); });

} // namespace
} // namespace transept::testing
