// SPDX-License-Identifier: Apache-2.0
//
// BERT as either side or as an encoder alone: post-norm, learned positions from 0, one segment, and
// as a target a head that transforms the states once more.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Sides.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

struct BertSizes {
  int64_t hidden, vocabulary;
  double epsilon;

  explicit BertSizes(JsonFields &config)
      : hidden(sizeField(config, "hidden_size", 768)),
        vocabulary(sizeField(config, "vocab_size", 30522)),
        epsilon(config.number("layer_norm_eps", 1e-12, epsilonRange)) {}
};

Attention bertAttention(const std::string &module, int64_t memory, int64_t heads,
                        const BertSizes &sizes) {
  return attention(
      {.query = module + ".self.query",
       .key = module + ".self.key",
       .value = module + ".self.value",
       .output = module + ".output.dense",
       .norm = module + ".output.LayerNorm"},
      {.hidden = sizes.hidden, .memory = memory, .heads = heads, .epsilon = sizes.epsilon});
}

Embedding bertEmbedding(const std::string &module, const BertSizes &sizes, Side &side) {
  Embedding embedding;
  embedding.weight = tensor(module + ".word_embeddings.weight");
  embedding.vocabularySize = sizes.vocabulary;
  embedding.positions = learnedPositions(module + ".position_embeddings.weight",
                                         sizeField(side.config, "max_position_embeddings", 512));
  embedding.segment = tensor(module + ".token_type_embeddings.weight");
  int64_t segments = sizeField(side.config, "type_vocab_size", 2);
  if (segments > 1)
    embedding.segment->rowCount = 1;
  embedding.norm = layerNorm(module + ".LayerNorm", sizes.epsilon);
  side.result.unusedTensors.push_back(module + ".position_ids"); // counts from 0
  return embedding;
}

/// `memory` is 0 on the source side.
Stack bertStack(const std::string &module, int64_t memory, const BertSizes &sizes, Side &side) {
  JsonFields &config = side.config;
  Stack stack;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 12);
  stack.hiddenSize = sizes.hidden;
  stack.normPlacement = NormPlacement::Post;
  stack.embedding = bertEmbedding(module + "embeddings", sizes, side);
  int64_t heads =
      headCountField(config, "num_attention_heads", 12, "", sizes.hidden, "hidden_size");
  int64_t width = sizeField(config, "intermediate_size", 3072);
  std::string layer = module + "encoder.layer.{layer}.";
  stack.selfAttention = bertAttention(layer + "attention", sizes.hidden, heads, sizes);
  if (memory > 0)
    stack.crossAttention = bertAttention(layer + "crossattention", memory, heads, sizes);
  stack.feedForward.activation = activationField(config, "hidden_act", "gelu");
  stack.feedForward.input = linear(layer + "intermediate.dense", sizes.hidden, width);
  stack.feedForward.output = linear(layer + "output.dense", width, sizes.hidden);
  stack.feedForward.norm = layerNorm(layer + "output.LayerNorm", sizes.epsilon);
  std::string role = memory > 0 ? "target" : "source";
  side.result.shapeOrigins.push_back(
      {role + ".feedForward", fmt::format("{}: hidden_size = {} and intermediate_size = {}",
                                          config.origin(), sizes.hidden, width)});
  side.result.shapeOrigins.push_back(
      {role, fmt::format("{}: hidden_size = {}", config.origin(), sizes.hidden)});
  return stack;
}

} // namespace

void describeBertSource(Side &side) {
  BertSizes sizes(side.config);
  side.result.description.source = bertStack("encoder.", /*memory=*/0, sizes, side);
}

FamilyResult describeBert(FamilyInput &input) {
  refuseUnsupportedFields(input.config, ConfigRole::Source);
  for (const char *flag : {"is_decoder", "add_cross_attention"})
    if (input.config.boolean(flag, false))
      refuseValue(true, input.config.where(flag), "false: alone it is an encoder");
  FamilyResult result;
  result.description.family = std::string(input.modelType);
  Side side{input.config, input.checkpoint, result};
  // Models with a head have the encoder under a name of its own.
  const std::string prefix =
      input.checkpoint.find("bert.embeddings.word_embeddings.weight") ? "bert." : "";
  result.description.source = bertStack(prefix, /*memory=*/0, BertSizes(input.config), side);
  for (const char *pooler : {"pooler.dense.weight", "pooler.dense.bias"})
    result.unusedTensors.push_back(prefix + pooler);
  return result;
}

void describeBertTarget(Side &side) {
  requireFlag(side.config, "is_decoder", "a target may not look ahead");
  requireFlag(side.config, "add_cross_attention", "a target reads the source");
  BertSizes sizes(side.config);
  Description &description = side.result.description;
  int64_t memory = memoryWidth(side, sizes.hidden, CrossWidth::Hidden);
  description.target = bertStack("decoder.bert.", memory, sizes, side);

  std::string head = "decoder.cls.predictions.";
  description.logits.transform =
      LogitsTransform{linear(head + "transform.dense", sizes.hidden, sizes.hidden),
                      activationField(side.config, "hidden_act", "gelu"),
                      layerNorm(head + "transform.LayerNorm", sizes.epsilon)};
  description.logits.bias =
      tensor(resolveTied(side.checkpoint, {head + "bias", head + "decoder.bias"},
                         "the head has a bias", side.result.unusedTensors));
  setTargetWords(side.config, side.checkpoint, side.result,
                 {.vocabulary = sizes.vocabulary,
                  .embedding = "decoder.bert.embeddings.word_embeddings.weight",
                  .head = head + "decoder.weight",
                  .isVersion5 = side.isVersion5});
}

} // namespace transept::frontend
