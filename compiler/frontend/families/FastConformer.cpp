// SPDX-License-Identifier: Apache-2.0
//
// Layers have two halves of feed-forward around attention and a convolution. The class gives
// positions no end, whatever max_position_embeddings is; here each distance is a number of each
// row, so that they have one. attention_bias is of the feed-forward parts as well. The number of
// key heads may be given, though the class seems to set it.

#include "compiler/frontend/families/FastConformer.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/Parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr std::array<std::string_view, 1> honouredFields = {"num_key_value_heads"};
/// Of 10 ms: 41 s, more than the models were trained on.
constexpr int64_t mostFrames = 4096;

class Encoder {
public:
  Encoder(JsonFields &config, const FastConformerTraits &traits) : config(config), traits(traits) {
    refuseUnsupportedFields(config, ConfigRole::Source, honouredFields);
    for (const char *key : {"layerdrop", "dropout_positions", "max_position_embeddings"})
      config.markRead(key);
    hidden = sizeField(config, "hidden_size", traits.hidden);
    heads = headCountField(config, "num_attention_heads", 8, "", hidden, "hidden_size");
    keyHeads =
        headCountField(config, "num_key_value_heads", heads, "", heads, "num_attention_heads");
    headDim = sizeField(config, "head_dim", hidden / heads);
    if (hidden % 2 != 0)
      refuseValue(hidden, config.where("hidden_size"), "an even number: sines and cosines");
    mostRows =
        std::max<int64_t>(1, mostFrames / config.integer("subsampling_factor", 8, sizeRange));
    hasBias = config.boolean("attention_bias", true);
    activation = activationField(config, "hidden_act", "silu");
  }

  Stack stack() {
    Stack stack;
    stack.layerCount = layerCountField(config, "num_hidden_layers", traits.layers);
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Pre;
    stack.embedding.features = fastConformerStem(config, traits, hidden);
    stack.embedding.positions.length = mostRows;
    if (config.boolean("scale_input", traits.isScaled))
      stack.embedding.scale = std::sqrt(double(hidden));
    int64_t inner = sizeField(config, "intermediate_size", traits.intermediate);
    stack.sublayers.resize(4);
    stack.sublayers[0] = {.factor = 0.5, .feedForward = feedForward("feed_forward1", inner)};
    stack.sublayers[1].attention = attention();
    stack.sublayers[2].mixer = fastConformerMixer(config, traits, hidden);
    stack.sublayers[3] = {.factor = 0.5, .feedForward = feedForward("feed_forward2", inner)};
    stack.layerNorm = layerNorm(ofLayer("norm_out"));
    return stack;
  }

  std::string ofLayer(const std::string &name) const { return traits.ofLayer(name); }

  std::string origin() const {
    return fmt::format("{}: hidden_size = {} and {} heads of {}", config.origin(), hidden, heads,
                       headDim);
  }

private:
  FeedForward feedForward(const std::string &name, int64_t inner) const {
    FeedForward result;
    result.activation = activation;
    result.input = traits.product(name + ".linear1", hidden, inner, hasBias);
    result.output = traits.product(name + ".linear2", inner, hidden, hasBias);
    result.norm = layerNorm(ofLayer("norm_" + name));
    return result;
  }

  Attention attention() const {
    Attention result;
    int64_t width = heads * headDim;
    auto part = [&](const std::string &name, int64_t inputs, int64_t outputs, bool isBiased) {
      return traits.product("self_attn." + name, inputs, outputs, isBiased);
    };
    result.headCount = heads;
    result.headDim = headDim;
    result.scale = 1.0 / std::sqrt(double(headDim));
    if (keyHeads != heads)
      result.keyHeadCount = keyHeads;
    result.query = part("q_proj", hidden, width, hasBias);
    result.key = part("k_proj", hidden, keyHeads * headDim, hasBias);
    result.value = part("v_proj", hidden, keyHeads * headDim, hasBias);
    result.output = part("o_proj", width, hidden, hasBias);
    result.norm = layerNorm(ofLayer("norm_self_att"));
    result.relativeScores =
        RelativeScores{.before = mostRows - 1,
                       .after = mostRows - 1,
                       .table = std::nullopt,
                       .projection = part("relative_k_proj", hidden, width, false),
                       .contentBias = tensor(ofLayer("self_attn.bias_u")),
                       .positionBias = tensor(ofLayer("self_attn.bias_v"))};
    return result;
  }

  JsonFields &config;
  const FastConformerTraits &traits;
  int64_t hidden = 0, heads = 0, keyHeads = 0, headDim = 0, mostRows = 0;
  bool hasBias = true;
  Activation activation = Activation::Silu;
};

} // namespace

std::string FastConformerTraits::ofLayer(const std::string &name) const {
  return stored("encoder.layers.{layer}." + name);
}

Linear FastConformerTraits::product(const std::string &name, int64_t inputs, int64_t outputs,
                                    bool isBiased) const {
  Linear result = linear(ofLayer(name), inputs, outputs);
  if (!isBiased)
    result.bias.reset();
  return result;
}

Stack fastConformer(JsonFields &config, const FastConformerTraits &traits, FamilyInput &input,
                    FamilyResult &result) {
  Encoder encoder(config, traits);
  Stack stack = encoder.stack();
  // How many batches training has seen.
  for (int64_t layer = 0; layer < stack.layerCount; ++layer)
    result.unusedTensors.push_back(
        checkpoints::layerName(encoder.ofLayer("conv.norm") + ".num_batches_tracked", layer));
  result.shapeOrigins.push_back({"source", encoder.origin()});
  markGenerationFields(config);
  warnUnknownFields(config, input.warnings);
  return stack;
}

} // namespace transept::frontend
