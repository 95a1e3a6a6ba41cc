// SPDX-License-Identifier: Apache-2.0
//
// ProphetNet: BART's layers under other names, with positions that each row asks for by buckets,
// and a decoder of two streams. Its logits are those of the first of `ngram` predict streams; the
// others are for training, and no stream reads them. The embedding of the first stream is the last
// row of its table: the class counts from -1. Called with several tokens, the class mixes up the
// biases of their rows; what counts here is what it generates (docs/decisions/0028).

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr SpecialIdDefaults ids = {
    .decoderStartId = 0, .beginningId = 1, .paddingId = 0, .endId = 2};

class ProphetNetMapping {
public:
  explicit ProphetNetMapping(FamilyInput &input)
      : config(input.config), checkpoint(input.checkpoint) {}

  FamilyResult describe() {
    refuseUnsupportedFields(config);
    if (!config.boolean("add_cross_attention", true))
      refuseValue(false, config.where("add_cross_attention"), "true");
    // Of training alone.
    for (const char *key : {"disable_ngram_loss", "eps", "num_hidden_layers"})
      config.markRead(key);
    hidden = sizeField(config, "hidden_size", 1024);
    vocabulary = sizeField(config, "vocab_size", 30522);
    activation = activationField(config, "activation_function", "gelu");
    // Row 0 is padding's, and predict streams stand one position further on than their tokens.
    if (int64_t padding = config.integer("pad_token_id", 0, idRange); padding != 0)
      refuseValue(padding, config.where("pad_token_id"), "0: others count distances from there");
    rows = sizeField(config, "max_position_embeddings", 512);
    if (rows < 3)
      refuseValue(rows, config.where("max_position_embeddings"), "3 or more");
    prefix = modelPrefix(checkpoint, "prophetnet.");

    result.description.family = "prophetnet";
    result.specialIds = ids;
    result.description.source = stack("encoder", rows - 1);
    result.description.target = target();
    words();
    result.shapeOrigins.push_back(
        {"", fmt::format("hidden_size = {}, max_position_embeddings = {}", hidden, rows)});
    return std::move(result);
  }

private:
  Attention attention(const std::string &module, int64_t heads) const {
    return frontend::attention({.query = module + ".query_proj",
                                .key = module + ".key_proj",
                                .value = module + ".value_proj",
                                .output = module + ".out_proj",
                                .norm = module + "_layer_norm"},
                               {.hidden = hidden, .memory = hidden, .heads = heads});
  }

  Stack stack(const std::string &side, int64_t length) {
    std::string module = prefix + side, layer = module + ".layers.{layer}.";
    std::string headsKey = fmt::format("num_{}_attention_heads", side);
    int64_t heads =
        headCountField(config, headsKey, 16, side == "encoder" ? "num_attention_heads" : "", hidden,
                       "hidden_size");
    int64_t width = sizeField(config, side + "_ffn_dim", 4096);
    Stack stack;
    stack.layerCount = layerCountField(config, fmt::format("num_{}_layers", side), 12);
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Post;
    stack.embedding.vocabularySize = vocabulary;
    stack.embedding.positions =
        learnedPositions(module + ".position_embeddings.weight", length, /*offset=*/1);
    stack.embedding.norm = layerNorm(module + ".embeddings_layer_norm");
    stack.selfAttention = attention(layer + "self_attn", heads);
    stack.feedForward.activation = activation;
    stack.feedForward.input = linear(layer + "feed_forward.intermediate", hidden, width);
    stack.feedForward.output = linear(layer + "feed_forward.output", width, hidden);
    stack.feedForward.norm = layerNorm(layer + "feed_forward_layer_norm");
    return stack;
  }

  Stack target() {
    Stack stack = this->stack("decoder", rows - 2);
    Attention &self = stack.selfAttention;
    int64_t buckets = sizeField(config, "num_buckets", 32);
    int64_t distance = sizeField(config, "relative_max_distance", 128);
    std::string layer = prefix + "decoder.layers.{layer}.";
    self.bucketScores = BucketScores{.linear = linear(layer + "self_attn.relative_pos_embeddings",
                                                      hidden, buckets * self.headCount),
                                     .bucketCount = buckets,
                                     .maximumDistance = distance,
                                     .isBidirectional = false};
    stack.crossAttention = attention(layer + "cross_attn", self.headCount);
    checkpoints::TensorReference &table = *stack.embedding.positions.table;
    table.rowCount = rows - 1;
    int64_t streams = sizeField(config, "ngram", 2);
    stack.predictStream =
        PredictStream{.embedding = {.name = prefix + "decoder.ngram_embeddings.weight",
                                    .rowBegin = streams - 1,
                                    .rowCount = 1},
                      .positions = {.name = table.name, .rowBegin = 1, .rowCount = rows - 1}};
    return stack;
  }

  void words() {
    Description &description = result.description;
    std::vector<std::string> names;
    for (const char *module : {"", "encoder.", "decoder."})
      names.push_back(prefix + module + "word_embeddings.weight");
    bool isTied = config.boolean("tie_word_embeddings", true);
    if (isTied)
      names.push_back("lm_head.weight");
    std::string table = resolveTied(checkpoint, names, "all share the words", result.unusedTensors);
    description.source.embedding.weight = description.target.embedding.weight = tensor(table);
    description.logits.weight = tensor(isTied ? table : "lm_head.weight");
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  FamilyResult result;
  std::string prefix;
  int64_t hidden = 0, vocabulary = 0, rows = 0;
  Activation activation = Activation::Gelu;
};

} // namespace

FamilyResult describeProphetNet(FamilyInput &input) {
  return ProphetNetMapping(input).describe();
}

} // namespace transept::frontend
