// SPDX-License-Identifier: Apache-2.0
//
// The encoder cache is off: no source is found in it.

#include "compiler/driver/BenchModel.h"

#include "compiler/driver/ProgramCosts.h"

#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>

namespace transept::driver {

namespace {

Model openForBench(const BenchOptions &options) {
  Model model =
      Model::open(options.library,
                  {.threads = options.threads, .encoderCacheBytes = 0, .level = options.level});
  if (model.targetVocabularySize() == 0 || !model.hasSource())
    throw std::runtime_error("only models with a source that generate tokens are measured");
  return model;
}

/// What the products of both programs are computed in.
std::vector<uint32_t> arithmeticsOf(const transept_level &level) {
  std::set<uint32_t> result;
  for (const transept_program *program : {level.encode, level.decode})
    for (const transept_launch &launch : std::span(program->launches, program->launch_count))
      result.insert(launch.arithmetic);
  return {result.begin(), result.end()};
}

} // namespace

BenchModel::BenchModel(const BenchOptions &options)
    : model(openForBench(options)), sources(model), decodeBytes(weightBytes(*model.level().decode)),
      limits(measureLimits({.threads = unsigned(model.statistics().workers),
                            .bufferBytes = size_t(decodeBytes),
                            .features = model.level().required_features,
                            .arithmetics = arithmeticsOf(model.level()),
                            .seconds = options.isQuick ? 0.1 : 0.5})) {}

GenerateOptions BenchModel::fixedLength(size_t tokens, int beams) const {
  GenerateOptions result;
  const transept_generation_defaults &defaults = *model.table().generation;
  result.ignoreModelDefaults = true;
  result.beams = beams;
  result.minimumNewTokens = result.maximumNewTokens = int(tokens);
  result.decoderStart =
      defaults.decoder_start_id >= 0 ? defaults.decoder_start_id : defaults.beginning_id;
  result.ends.emplace(defaults.end_ids, defaults.end_ids + defaults.end_id_count);
  return result;
}

size_t BenchModel::targetLength(size_t wanted) const {
  return std::min(wanted, model.maximumTargetLength());
}

} // namespace transept::driver
