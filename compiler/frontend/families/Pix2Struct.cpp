// SPDX-License-Identifier: Apache-2.0
//
// Pix2Struct: rows of [line, column, pixels] of patches, as many as there are, with learned
// embeddings of lines and columns; root-mean-square norms before sublayers, attention without scale
// and biases, gated feed-forward on both sides; the target is T5's, with one table of buckets.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/PlainLayers.h"
#include "compiler/frontend/families/Sides.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

void describeImage(Side &side) {
  JsonFields &config = side.config;
  LayerSizes sizes{.hidden = sizeField(config, "hidden_size", 768),
                   .heads = sizeField(config, "num_attention_heads", 12),
                   .headDim = sizeField(config, "d_kv", 64),
                   .width = sizeField(config, "d_ff", 2048),
                   .epsilon = config.number("layer_norm_eps", 1e-6, epsilonRange),
                   .activation = activationField(config, "dense_act_fn", "gelu_new")};
  int64_t pixels = sizeField(config, "patch_embed_hidden_size", 768);
  int64_t lines = config.integer("seq_len", 4096, countedRange);
  // The class has none of these; how pictures become patches is the preprocessor's.
  for (const char *key : {"relative_attention_num_buckets", "relative_attention_max_distance",
                          "image_size", "intermediate_size", "layer_norm_bias", "num_channels",
                          "patch_size", "projection_dim", "qkv_bias"})
    config.markRead(key);
  Stack &stack = side.result.description.source;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 12);
  stack.hiddenSize = sizes.hidden;
  stack.normPlacement = NormPlacement::Pre;
  const std::string embeddings = "encoder.embeddings.", layer = "encoder.encoder.layer.{layer}.";
  Features &features = stack.embedding.features.emplace();
  features.width = pixels + 2;
  features.convolutions.emplace_back().linear =
      linear(embeddings + "patch_projection", pixels, sizes.hidden);
  for (const char *table : {"row_embedder.weight", "column_embedder.weight"})
    features.countedTables.push_back({tensor(embeddings + table), lines});
  stack.selfAttention =
      plainAttention(layer + "attention", layer + "pre_attention_layer_norm", sizes, sizes.hidden);
  stack.feedForward = gatedLayers(layer + "mlp", layer + "pre_mlp_layer_norm", sizes);
  stack.finalNorm = rootMeanSquare("encoder.layernorm", sizes);
  side.result.shapeOrigins.push_back(
      {"source",
       fmt::format("{}: hidden_size = {}, d_kv = {}, d_ff = {}, seq_len = {} and "
                   "patch_embed_hidden_size = {}",
                   config.origin(), sizes.hidden, sizes.headDim, sizes.width, lines, pixels)});
}

void describeText(Side &side) {
  JsonFields &config = side.config;
  LayerSizes sizes{.hidden = sizeField(config, "hidden_size", 768),
                   .heads = sizeField(config, "num_heads", 12, "num_attention_heads"),
                   .headDim = sizeField(config, "d_kv", 64, "head_dim"),
                   .width = sizeField(config, "d_ff", 2048),
                   .epsilon = config.number("layer_norm_epsilon", 1e-6, epsilonRange),
                   .activation = activationField(config, "dense_act_fn", "gelu_new")};
  // The class makes its matrices square.
  if (sizes.heads * sizes.headDim != sizes.hidden)
    refuseValue(sizes.headDim, config.where("d_kv"),
                fmt::format("hidden_size / num_heads = {} / {}", sizes.hidden, sizes.heads));
  if (!config.boolean("is_decoder", true))
    refuseValue(false, config.where("is_decoder"), "true: a target may not look ahead");
  for (const char *key : {"encoder_hidden_size", "is_encoder_decoder", "tie_word_embeddings"})
    config.markRead(key); // those of the whole count
  Description &description = side.result.description;
  Stack &stack = description.target;
  stack.layerCount = layerCountField(config, "num_layers", 12, "num_hidden_layers");
  stack.hiddenSize = sizes.hidden;
  stack.normPlacement = NormPlacement::Pre;
  const std::string layer = "decoder.layer.{layer}.", self = "self_attention",
                    cross = layer + "encoder_decoder_attention";
  stack.selfAttention = plainAttention(layer + self + ".attention", layer + self + ".layer_norm",
                                       sizes, sizes.hidden);
  stack.selfAttention.relativeBias = relativeBuckets(
      config, "decoder.layer.0." + self + ".attention.relative_attention_bias.weight");
  stack.crossAttention = plainAttention(cross + ".attention", cross + ".layer_norm", sizes,
                                        description.source.hiddenSize);
  stack.feedForward = gatedLayers(layer + "mlp.DenseReluDense", layer + "mlp.layer_norm", sizes);
  stack.finalNorm = rootMeanSquare("decoder.final_layer_norm", sizes);
  stack.embedding.vocabularySize = sizeField(config, "vocab_size", 50244);
  side.result.specialIds = {
      .decoderStartId = config.integer("decoder_start_token_id", 0, idRange),
      .paddingId = config.integer("pad_token_id", 0, idRange),
      .endId = config.integer("eos_token_id", 1, idRange),
  };
  side.result.shapeOrigins.push_back(
      {"target", fmt::format("{}: hidden_size = {}, d_ff = {} and vocab_size = {}", config.origin(),
                             sizes.hidden, sizes.width, stack.embedding.vocabularySize)});
}

} // namespace

FamilyResult describePix2Struct(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  static constexpr std::array<std::string_view, 1> honoured = {"is_decoder"};
  describePart(input, result, "vision_config", ConfigRole::EncoderOfModel, describeImage);
  describePart(input, result, "text_config", ConfigRole::EncoderOfModel, describeText, honoured);
  if (config.boolean("is_vqa", false))
    input.warnings.push_back(
        fmt::format("{}: found true: the model was trained on pictures with a question drawn above "
                    "them, which is not done here; give it rows of features of such pictures",
                    config.where("is_vqa")));
  const std::string words = "decoder.embed_tokens.weight", head = "decoder.lm_head.weight";
  bool isTied = config.boolean("tie_word_embeddings", false);
  std::vector<std::string> names = {words};
  if (isTied)
    names.push_back(head);
  description.target.embedding.weight =
      tensor(resolveTied(input.checkpoint, names, "the target's embedding", result.unusedTensors));
  description.logits.weight =
      isTied ? *description.target.embedding.weight
             : tensor(resolveTied(input.checkpoint, {head}, "tie_word_embeddings is false",
                                  result.unusedTensors));
  return result;
}

} // namespace transept::frontend
