// SPDX-License-Identifier: Apache-2.0
//
// Written after chronos-forecasting 2.3, chronos_bolt.py. The class takes no field of config.json
// for the vocabulary, and refuses unknown fields of chronos_config, so that we do.

#include "compiler/frontend/families/Forecasting.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr const char *kSettings = "chronos_config";
constexpr const char *kWords = "shared.weight";

JsonFields settingsOf(JsonFields &config) {
  const nlohmann::ordered_json *settings = config.find(kSettings);
  if (!settings)
    throw InputError(fmt::format("{} is missing", config.where(kSettings)));
  return JsonFields(*settings, config.where(kSettings));
}

int64_t requiredSize(JsonFields &settings, const std::string &key) {
  std::optional<int64_t> size = settings.optionalInteger(key, sizeRange);
  if (!size)
    throw InputError(fmt::format("{} is missing", settings.where(key)));
  return *size;
}

std::vector<double> readQuantiles(JsonFields &settings) {
  const nlohmann::ordered_json *values = settings.find("quantiles");
  if (!values || !values->is_array() || values->empty())
    throw InputError(
        fmt::format("{} is missing, or no list of shares", settings.where("quantiles")));
  std::vector<double> quantiles;
  for (const auto &each : *values)
    quantiles.push_back(toNumber(each, settings.where("quantiles"), quantileRange));
  if (std::ranges::adjacent_find(quantiles, std::greater_equal<>()) != quantiles.end())
    refuseValue(*values, settings.where("quantiles"), "shares that rise");
  return quantiles;
}

/// The class's ResidualBlock, without its norm, which it never asks for.
ResidualBlock block(const std::string &name, const FeedForward &inner, int64_t inputs,
                    int64_t outputs) {
  int64_t width = inner.input.outputs;
  return {.input = linear(name + ".hidden_layer", inputs, width),
          .output = linear(name + ".output_layer", width, outputs),
          .skip = linear(name + ".residual_layer", inputs, outputs),
          .activation = inner.activation};
}

} // namespace

bool isForecaster(JsonFields &config) {
  return isOfClass(config, "ForForecasting");
}

int64_t forecasterVocabulary(JsonFields &config) {
  config.markRead("vocab_size");
  config.markRead("reg_token_id");
  return settingsOf(config).boolean("use_reg_token", false) ? 2 : 1;
}

void describeForecaster(JsonFields &config, FamilyResult &result) {
  if (std::string kind = config.text("chronos_pipeline_class", "ChronosBoltPipeline");
      kind != "ChronosBoltPipeline")
    refuseValue(kind, config.where("chronos_pipeline_class"), "\"ChronosBoltPipeline\"");
  JsonFields settings = settingsOf(config);
  Description &description = result.description;
  Stack &source = description.source, &target = description.target;
  Forecaster forecaster{.patchLength = requiredSize(settings, "input_patch_size"),
                        .contextLength = requiredSize(settings, "context_length"),
                        .horizon = requiredSize(settings, "prediction_length"),
                        .quantiles = readQuantiles(settings),
                        .startId = config.integer("decoder_start_token_id", 0, idRange),
                        .head = {}};
  if (int64_t stride = requiredSize(settings, "input_patch_stride");
      stride != forecaster.patchLength)
    refuseValue(
        stride, settings.where("input_patch_stride"),
        fmt::format("input_patch_size = {}: patches that do not overlap", forecaster.patchLength));
  Features features;
  features.width = 2 * forecaster.patchLength;
  features.block =
      block("input_patch_embedding", source.feedForward, features.width, source.hiddenSize);
  if (settings.boolean("use_reg_token", false))
    features.trailingRows = {{.name = kWords, .rowBegin = 1, .rowCount = 1}};
  if (std::vector<std::string> unknown = settings.unreadKeys(); !unknown.empty())
    throw InputError(fmt::format("{} is not known, and the class refuses what it does not know",
                                 settings.where(unknown.front())));
  source.embedding = {};
  source.embedding.features = std::move(features);
  auto numbers = int64_t(forecaster.quantiles.size()) * forecaster.horizon;
  forecaster.head = block("output_patch_embedding", target.feedForward, target.hiddenSize, numbers);
  description.family = "chronos-bolt";
  result.unusedTensors.push_back("lm_head.weight"); // the class passes over it
  result.hasOwnGeneration = true;
  result.specialIds = {.decoderStartId = forecaster.startId};
  result.shapeOrigins.insert(
      result.shapeOrigins.begin(),
      {"forecaster", fmt::format("d_ff, {} quantiles and prediction_length = {}",
                                 forecaster.quantiles.size(), forecaster.horizon)});
  description.forecaster = std::move(forecaster);
}

} // namespace transept::frontend
