// SPDX-License-Identifier: Apache-2.0
//
// Newer files say again what older fields said, and win.

#include "compiler/frontend/families/T5Fields.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Forecasting.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr T5Defaults kT5 = {32128, 2048, 6, 8, "relu", true, std::nullopt, true};
constexpr T5Defaults kMT5 = {250112, 1024, 8, 6, "gated-gelu", false, 0, false};
constexpr T5Defaults kLongT5 = {32128, 2048, 6, 8, "relu", true, std::nullopt, true};
constexpr T5Defaults kUMT5 = {250112, 1024, 8, 6, "gated-gelu", true, 0, true};

class T5Reader {
public:
  explicit T5Reader(FamilyInput &input)
      : input(input), config(input.config), defaults(t5Defaults(input.modelType)) {}

  T5Fields read() {
    fields.hidden = sizeField(config, "d_model", 512, "hidden_size");
    fields.headDim = sizeField(config, "d_kv", 64, "head_dim");
    fields.heads = sizeField(config, "num_heads", defaults.heads, "num_attention_heads");
    fields.width = sizeField(config, "d_ff", defaults.feedForward);
    fields.vocabulary = isForecaster(config) ? forecasterVocabulary(config)
                                             : sizeField(config, "vocab_size", defaults.vocabulary);
    fields.epsilon = config.number("layer_norm_epsilon", 1e-6, epsilonRange);
    fields.layers = sizeField(config, "num_layers", defaults.layers, "num_hidden_layers");
    fields.targetLayers = sizeField(config, "num_decoder_layers", fields.layers);
    if (fields.layers > layerRange.maximum || fields.targetLayers > layerRange.maximum)
      refuseValue(std::max(fields.layers, fields.targetLayers), config.where("num_layers"),
                  "at most 10000 layers");
    fields.hasBiasInAllLayers = input.modelType == "umt5";
    readRelativeAttention();
    readReach();
    readFeedForward();
    return fields;
  }

private:
  void readRelativeAttention() {
    fields.buckets = sizeField(config, "relative_attention_num_buckets", 32);
    fields.distance = sizeField(config, "relative_attention_max_distance", 128);
    if (fields.buckets < 4)
      refuseValue(fields.buckets, config.where("relative_attention_num_buckets"), "4 or more");
    // The decoder's buckets are exact for half of the count; log(distance / exact) divides.
    if (fields.distance <= fields.buckets / 2)
      refuseValue(
          fields.distance, config.where("relative_attention_max_distance"),
          fmt::format("more than half of relative_attention_num_buckets = {}", fields.buckets));
  }

  /// Of LongT5; one of its encoders attends to sums of blocks as well.
  void readReach() {
    if (input.modelType != "longt5")
      return;
    std::string kind = config.text("encoder_attention_type", "local");
    if (kind != "local" && kind != "transient-global")
      refuseValue(kind, config.where("encoder_attention_type"),
                  "\"local\" or \"transient-global\"");
    fields.reach = config.integer("local_radius", 127, countRange);
    int64_t size = config.integer("global_block_size", 16, blockRange);
    if (kind == "transient-global")
      fields.blockSize = size;
  }

  /// feed_forward_proj gives "relu" or "gated-gelu"; dense_act_fn and is_gated_act, which newer
  /// files have beside it, win in Hugging Face.
  void readFeedForward() {
    std::string projection = config.text("feed_forward_proj", defaults.projection);
    constexpr std::string_view gated = "gated-";
    bool isGated = projection.starts_with(gated);
    std::string name = isGated ? projection.substr(gated.size()) : projection;
    if (name.empty() || name.find('-') != std::string::npos)
      refuseValue(projection, config.where("feed_forward_proj"), "ACTIVATION or gated-ACTIVATION");
    if (projection == "gated-gelu")
      name = "gelu_new"; // a historical misnomer that Hugging Face keeps
    fields.isGated = config.boolean("is_gated_act", isGated);
    if (fields.isGated != isGated)
      input.warnings.push_back(
          fmt::format("{}: found {}, which contradicts feed_forward_proj = \"{}\" and wins, as in "
                      "Hugging Face",
                      config.where("is_gated_act"), fields.isGated, projection));
    if (!config.find("dense_act_fn")) {
      // Checked under the name of the field that it comes from.
      nlohmann::ordered_json derived = {{"feed_forward_proj", name}};
      JsonFields own(derived, config.origin());
      fields.activation = activationField(own, "feed_forward_proj", name);
      return;
    }
    fields.activation = activationField(config, "dense_act_fn", name);
    if (config.text("dense_act_fn", name) != name && config.find("feed_forward_proj"))
      input.warnings.push_back(
          fmt::format("{}: found \"{}\", which contradicts feed_forward_proj = \"{}\" and wins, as "
                      "in Hugging Face",
                      config.where("dense_act_fn"), config.text("dense_act_fn", name), projection));
  }

  FamilyInput &input;
  JsonFields &config;
  const T5Defaults &defaults;
  T5Fields fields;
};

} // namespace

const T5Defaults &t5Defaults(std::string_view modelType) {
  return modelType == "t5"       ? kT5
         : modelType == "mt5"    ? kMT5
         : modelType == "longt5" ? kLongT5
                                 : kUMT5;
}

T5Fields readT5Fields(FamilyInput &input) {
  return T5Reader(input).read();
}

} // namespace transept::frontend
