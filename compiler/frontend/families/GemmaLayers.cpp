// SPDX-License-Identifier: Apache-2.0
//
// Types of layers, and the fields of Gemma's configurations that are no sizes.

#include "compiler/frontend/families/GemmaLayers.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

/// Whether each layer sees a window only.
std::vector<bool> windowedLayers(const GemmaSide &side, int64_t layers) {
  JsonFields &config = side.config;
  std::vector<bool> windowed;
  const Json *types = config.find("layer_types");
  if (!types) {
    int64_t pattern = sizeField(config, "sliding_window_pattern", side.traits.pattern);
    for (int64_t layer = 0; layer < layers; ++layer)
      windowed.push_back((layer + 1) % pattern != 0);
    return windowed;
  }
  if (!types->is_array() || int64_t(types->size()) != layers)
    refuseValue(*types, config.where("layer_types"),
                fmt::format("an array of num_hidden_layers = {} types", layers));
  for (const Json &each : *types) {
    std::string type = toText(each, config.where("layer_types"));
    if (type != "sliding_attention" && type != "full_attention")
      refuseValue(each, config.where("layer_types"), "\"sliding_attention\" or \"full_attention\"");
    windowed.push_back(type == "sliding_attention");
  }
  return windowed;
}

Window windowOf(const GemmaSide &side) {
  int64_t size = sizeField(side.config, "sliding_window", 4096);
  if (side.memory != 0)
    return {.before = size - 1, .after = std::nullopt};
  if (side.traits.isWindowWhole)
    return {.before = (size + 1) / 2 - 1, .after = size / 2};
  return {.before = size - 1, .after = size - 1};
}

} // namespace

std::vector<AttentionVariant> gemmaVariants(const GemmaSide &side, int64_t layers,
                                            int64_t headDim) {
  std::vector<bool> windowed = windowedLayers(side, layers);
  size_t period = 1;
  auto repeats = [&] {
    for (size_t layer = period; layer < windowed.size(); ++layer)
      if (windowed[layer] != windowed[layer % period])
        return false;
    return true;
  };
  while (!repeats())
    ++period;
  Rotary all = rotaryField(side.config, headDim, side.traits.all, "full_attention");
  Rotary near = rotaryField(side.config, headDim, side.traits.windowed, "sliding_attention");
  std::vector<AttentionVariant> result;
  for (size_t layer = 0; layer < std::min(period, windowed.size()); ++layer)
    result.push_back(windowed[layer] ? AttentionVariant{near, windowOf(side)}
                                     : AttentionVariant{all, std::nullopt});
  return result;
}

std::optional<double> softCapField(JsonFields &config, const std::string &key,
                                   std::optional<double> fallback) {
  if (!config.find(key))
    return config.contains(key) ? std::nullopt : fallback;
  double cap = config.number(key, 0, NumberRange{});
  if (!(cap > 0))
    refuseValue(cap, config.where(key), "null or a number greater than 0");
  return cap;
}

const Json &gemmaSideOf(JsonFields &config, const std::string &key, const Json &otherwise) {
  const Json *object = config.find(key);
  if (object && !object->is_object())
    refuseValue(*object, config.where(key), "an object");
  return object ? *object : otherwise;
}

void setGemmaIds(JsonFields &decoder, FamilyResult &result) {
  // Several end ids are those of generation_config.json, which transformers writes beside them.
  auto ownId = [&](const char *key, int64_t fallback) {
    const Json *value = decoder.find(key);
    return value && value->is_array() ? fallback : decoder.integer(key, fallback, idRange);
  };
  result.specialIds = {.beginningId = ownId("bos_token_id", 2),
                       .paddingId = ownId("pad_token_id", 0),
                       .endId = ownId("eos_token_id", 1)};
}

} // namespace transept::frontend
