// SPDX-License-Identifier: Apache-2.0
//
// Encoders given as text, of ids or of rows of features, compiled beside the interpreter.

#ifndef TRANSEPT_TESTS_NUMERICS_FEATUREMODELS_H
#define TRANSEPT_TESTS_NUMERICS_FEATUREMODELS_H

#include "tests/numerics/CompiledModel.h"

#include <filesystem>

namespace transept::testing {

/// The encoder's states of sources that are ids, or rows of features made of them.
inline std::vector<float> statesOfRows(const Model &model, const Sequences &sources) {
  auto width = int64_t(model.sourceFeatureWidth());
  if (width == 0)
    return statesOf(model, sources);
  std::vector<std::vector<float>> features;
  std::vector<SourceInput> inputs;
  features.reserve(sources.size());
  for (const std::vector<int32_t> &source : sources) {
    Tensor rows = featureRows(source, width);
    features.emplace_back(rows.values.begin(), rows.values.end());
    SourceInput &input = inputs.emplace_back();
    input.features = features.back();
  }
  std::vector<float> states;
  for (const Source &source : model.encodeBatch(inputs))
    append(states, source.states());
  return states;
}

class ModelsOfRows : public ProcessorAndType {
protected:
  static constexpr int32_t vocabulary = 50;
  static constexpr uint64_t seed = 13;

  /// States are those of the interpreter, with the same bits alone and over other threads.
  void compareWithInterpreter(const std::string &text, const std::vector<int64_t> &lengths,
                              Fusion fusion = Fusion::All) {
    const Sequences sources = randomSequences(lengths, vocabulary, seed);
    std::string library =
        compileWithRandomWeights(text, {.cpu = cpu, .weights = weights, .fusion = fusion}, seed);
    ModelOutputs expected = interpret(text, seed, sources, Sequences(sources.size()));
    Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
    std::vector<float> together = statesOfRows(model, sources), apart;
    expectClose(expected.encoderStates->values, together, "states", tolerance());
    for (const std::vector<int32_t> &source : sources)
      append(apart, statesOfRows(model, {source}));
    EXPECT_TRUE(apart == together) << "bits depend on the batch";
    for (unsigned threads : {2u, 3u}) {
      Model parallel = Model::open(library, {.threads = threads, .encoderCacheBytes = 0});
      EXPECT_TRUE(statesOfRows(parallel, sources) == together)
          << "bits depend on " << threads << " threads";
    }
    std::filesystem::remove(library);
  }
};

} // namespace transept::testing

#endif
