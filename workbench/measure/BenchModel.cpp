// SPDX-License-Identifier: Apache-2.0
//
// The encoder cache is off: no source is found in it.

#include "workbench/measure/BenchModel.h"
#include "base/Error.h"

#include "workbench/measure/ProgramCosts.h"

#include <algorithm>

namespace transept::workbench {

namespace {

Model openForBench(const BenchOptions &options) {
  Model model =
      Model::open(options.library,
                  {.threads = options.threads, .encoderCacheBytes = 0, .level = options.level});
  if (model.targetVocabularySize() == 0 || model.table().target_state_width != 0 ||
      !model.labels().empty() || !model.hasSource())
    throw InputError("only models with a source that generate tokens are measured");
  return model;
}

MachineLimits limitsOf(const Model &model, bool isQuick) {
  LimitOptions options = limitOptions(model.level());
  options.threads = unsigned(model.statistics().workers);
  options.seconds = isQuick ? 0.1 : 0.5;
  return measureLimits(options);
}

} // namespace

BenchModel::BenchModel(const BenchOptions &options)
    : model(openForBench(options)), sources(model), decodeBytes(weightBytes(*model.level().decode)),
      limits(limitsOf(model, options.isQuick)), isQuick(options.isQuick) {}

void BenchModel::improveLimits() {
  limits = limits.best(limitsOf(model, isQuick));
}

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

} // namespace transept::workbench
