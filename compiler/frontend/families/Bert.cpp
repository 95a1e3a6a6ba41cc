// SPDX-License-Identifier: Apache-2.0
//
// BERT as either side or as an encoder alone: post-norm, learned positions from 0, one segment or
// none, and as a target a head that transforms the states once more.

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

  explicit BertSizes(JsonFields &config, int64_t words = 30522)
      : hidden(sizeField(config, "hidden_size", 768)),
        vocabulary(sizeField(config, "vocab_size", words)),
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

Embedding bertEmbedding(const std::string &module, const BertSizes &sizes, bool hasSegments,
                        Side &side) {
  Embedding embedding;
  embedding.weight = tensor(module + ".word_embeddings.weight");
  embedding.vocabularySize = sizes.vocabulary;
  embedding.positions = learnedPositions(module + ".position_embeddings.weight",
                                         sizeField(side.config, "max_position_embeddings", 512));
  if (hasSegments) {
    embedding.segment = tensor(module + ".token_type_embeddings.weight");
    if (sizeField(side.config, "type_vocab_size", 2) > 1)
      embedding.segment->rowCount = 1;
  }
  embedding.norm = layerNorm(module + ".LayerNorm", sizes.epsilon);
  side.result.unusedTensors.push_back(module + ".position_ids"); // counts from 0
  return embedding;
}

/// `target.memory` is 0 on the source side.
Stack bertStack(const std::string &module, const BertTarget &target, const BertSizes &sizes,
                Side &side) {
  const int64_t memory = target.memory;
  JsonFields &config = side.config;
  Stack stack;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 12);
  stack.hiddenSize = sizes.hidden;
  stack.normPlacement = NormPlacement::Post;
  stack.embedding = bertEmbedding(module + "embeddings", sizes, target.hasSegments, side);
  int64_t heads =
      headCountField(config, "num_attention_heads", target.heads, "", sizes.hidden, "hidden_size");
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

const BertTarget asSource = {.prefix = "", .memory = 0, .vocabulary = 30522, .heads = 12};

} // namespace

void describeBertSource(Side &side) {
  side.result.description.source = bertStack("encoder.", asSource, BertSizes(side.config), side);
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
  result.description.source = bertStack(prefix, asSource, BertSizes(input.config), side);
  for (const char *pooler : {"pooler.dense.weight", "pooler.dense.bias"})
    result.unusedTensors.push_back(prefix + pooler);
  return result;
}

void describeBertTarget(Side &side) {
  requireFlag(side.config, "is_decoder", "a target may not look ahead");
  requireFlag(side.config, "add_cross_attention", "a target reads the source");
  int64_t hidden = sizeField(side.config, "hidden_size", 768);
  bertTarget(side, {.prefix = "decoder.",
                    .memory = memoryWidth(side, hidden, CrossWidth::Hidden),
                    .vocabulary = 30522,
                    .heads = 12});
}

void bertTarget(Side &side, const BertTarget &target) {
  BertSizes sizes(side.config, target.vocabulary);
  Description &description = side.result.description;
  description.target = bertStack(target.prefix + "bert.", target, sizes, side);

  std::string head = target.prefix + "cls.predictions.";
  description.logits.transform =
      LogitsTransform{linear(head + "transform.dense", sizes.hidden, sizes.hidden),
                      activationField(side.config, "hidden_act", "gelu"),
                      layerNorm(head + "transform.LayerNorm", sizes.epsilon)};
  description.logits.bias =
      tensor(resolveTied(side.checkpoint, {head + "bias", head + "decoder.bias"},
                         "the head has a bias", side.result.unusedTensors));
  TargetWords words{.vocabulary = sizes.vocabulary,
                    .embedding = target.prefix + "bert.embeddings.word_embeddings.weight",
                    .head = head + "decoder.weight",
                    .isVersion5 = side.isVersion5};
  if (target.mayBeTied)
    return setTargetWords(side.config, side.checkpoint, side.result, words);
  description.target.embedding.weight = tensor(words.embedding);
  description.target.embedding.vocabularySize = words.vocabulary;
  description.logits.weight = tensor(words.head);
}

} // namespace transept::frontend
