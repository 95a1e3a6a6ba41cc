// SPDX-License-Identifier: Apache-2.0
//
// Conformers. The second version's rows see chunks, and a table says what distances to keys add;
// the first has sinusoids of distances. layer_norm_eps is of the features and the states of all
// layers; other norms have PyTorch's.

#include "compiler/frontend/families/SeamlessSpeech.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

/// Of 20 ms: 41 s. The first version gives positions no end; here each distance is a number of each
/// row.
constexpr int64_t mostFrames = 2048;

/// For as many rows as give the most of the source that mostFrames do.
RelativeScores sinusoids(const SeamlessLayers &layers, Stack &stack) {
  const Adapter &adapter = *stack.adapter;
  int64_t rows = mostFrames;
  auto padded = [&](const Convolution &each) { return 2 * each.padding - each.kernelSize; };
  for (int64_t index = 0; index < adapter.layerCount; ++index)
    rows = (rows + padded(adapter.layer->input)) / adapter.layer->input.stride + 1;
  stack.embedding.positions.length = rows;
  for (int64_t index = 0; index < adapter.layerCount; ++index)
    rows = rows * adapter.layer->input.stride - padded(adapter.layer->input) - 1;
  RelativeScores scores;
  scores.before = scores.after = rows - 1;
  scores.projection = linear(layers.layer + "self_attn.linear_pos", layers.hidden, layers.hidden);
  scores.projection->bias.reset();
  scores.contentBias = tensor(layers.layer + "self_attn.pos_bias_u");
  scores.positionBias = tensor(layers.layer + "self_attn.pos_bias_v");
  return scores;
}

RelativeScores table(JsonFields &config, const SeamlessLayers &layers) {
  RelativeScores scores;
  scores.before = config.integer("left_max_position_embeddings", 64, distanceRange);
  scores.after = config.integer("right_max_position_embeddings", 8, distanceRange);
  scores.table = tensor(layers.layer + "self_attn.distance_embedding.weight");
  return scores;
}

bool isNull(JsonFields &config, const std::string &key) {
  return config.contains(key) && !config.find(key);
}

std::optional<Chunks> chunks(JsonFields &config) {
  if (isNull(config, "speech_encoder_chunk_size"))
    return std::nullopt;
  Chunks result;
  result.size = config.integer("speech_encoder_chunk_size", 20000, chunkRange);
  int64_t before = config.integer("speech_encoder_left_chunk_num", 128,
                                  {-countRange.maximum, chunksBeforeRange.maximum});
  if (before >= 0)
    result.before = before;
  return result;
}

Attention selfAttention(JsonFields &config, const SeamlessLayers &layers, Stack &stack) {
  Attention result = layers.attention(layers.layer);
  std::string key = "position_embeddings_type";
  std::string usual = layers.isFirstVersion ? "relative" : "relative_key";
  std::string kind = isNull(config, key) ? "" : config.text(key, usual);
  if (!kind.empty() && kind != usual)
    refuseValue(kind, config.where(key), "\"" + usual + "\" or null");
  if (!kind.empty())
    result.relativeScores =
        layers.isFirstVersion ? sinusoids(layers, stack) : table(config, layers);
  if (!layers.isFirstVersion)
    result.chunks = chunks(config);
  return result;
}

} // namespace

SeamlessLayers::SeamlessLayers(JsonFields &config, int64_t hidden, bool isFirstVersion)
    : hidden(hidden), isFirstVersion(isFirstVersion) {
  heads = headCountField(config, "speech_encoder_attention_heads", 16, "", hidden, "hidden_size");
  inner = sizeField(config, "speech_encoder_intermediate_size", 4096);
  activation = activationField(config, "speech_encoder_hidden_act", "swish");
  epsilon = config.number("layer_norm_eps", 1e-5, epsilonRange);
  config.markRead("speech_encoder_layerdrop");
}

FeedForward SeamlessLayers::feedForward(const std::string &name, Activation kind,
                                        const Norm &norm) const {
  FeedForward result;
  result.activation = kind;
  result.input = linear(name + ".intermediate_dense", hidden, inner);
  result.output = linear(name + ".output_dense", inner, hidden);
  result.norm = norm;
  return result;
}

Attention SeamlessLayers::attention(const std::string &place) const {
  auto part = [&](const char *name) { return place + "self_attn.linear_" + name; };
  return frontend::attention({.query = part("q"),
                              .key = part("k"),
                              .value = part("v"),
                              .output = part("out"),
                              .norm = place + "self_attn_layer_norm"},
                             {.hidden = hidden, .memory = hidden, .heads = heads});
}

Stack seamlessSpeech(JsonFields &config, int64_t hidden, bool isFirstVersion,
                     FamilyResult &result) {
  const SeamlessLayers layers(config, hidden, isFirstVersion);
  auto half = [&](const std::string &name) {
    std::string place = layers.layer + name;
    return layers.feedForward(place, layers.activation, layerNorm(place + "_layer_norm"));
  };
  Stack stack;
  stack.layerCount = layerCountField(config, "speech_encoder_layers", 24);
  stack.hiddenSize = hidden;
  stack.normPlacement = NormPlacement::Pre;
  Features features;
  features.width = sizeField(config, "feature_projection_input_dim", 160);
  features.norm = layerNorm(layers.module + "feature_projection.layer_norm", layers.epsilon);
  features.convolutions = {
      {.linear = linear(layers.module + "feature_projection.projection", features.width, hidden),
       .gate = std::nullopt,
       .activation = std::nullopt}};
  stack.embedding.features = std::move(features);
  stack.adapter = seamlessAdapter(config, layers);
  stack.sublayers.resize(4);
  stack.sublayers[0] = {.factor = 0.5, .feedForward = half("ffn1")};
  stack.sublayers[1].attention = selfAttention(config, layers, stack);
  stack.sublayers[2].mixer = seamlessMixer(config, layers, stack.layerCount, result);
  stack.sublayers[3] = {.factor = 0.5, .feedForward = half("ffn2")};
  stack.layerNorm = layerNorm(layers.layer + "final_layer_norm");
  stack.finalNorm = layerNorm(layers.module + "inner_layer_norm");
  return stack;
}

} // namespace transept::frontend
