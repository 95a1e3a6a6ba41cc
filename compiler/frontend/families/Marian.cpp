// SPDX-License-Identifier: Apache-2.0
//
// Marian (the opus-mt translation models) as Hugging Face's MarianMTModel computes it: post-norm,
// sinusoidal positions, biases everywhere. It ignores normalize_before, normalize_embedding,
// add_final_layer_norm and static_position_embeddings, and so do we.

#include "compiler/frontend/families/Families.h"

#include "compiler/frontend/DescriptionFields.h"
#include "compiler/frontend/Error.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

TensorReference tensor(const std::string &name) {
  return {.name = name};
}

Norm layerNorm(const std::string &name) {
  return {.kind = NormKind::Layer,
          .epsilon = 1e-5,
          .gain = tensor(name + ".weight"),
          .bias = tensor(name + ".bias")};
}

Linear linear(const std::string &name, int64_t inputs, int64_t outputs) {
  return {tensor(name + ".weight"), tensor(name + ".bias"), inputs, outputs};
}

Attention attention(const std::string &name, int64_t hidden, int64_t heads) {
  Attention result;
  result.headCount = heads;
  result.headDim = hidden / heads;
  result.scale = 1.0 / std::sqrt(static_cast<double>(result.headDim));
  result.query = linear(name + ".q_proj", hidden, hidden);
  result.key = linear(name + ".k_proj", hidden, hidden);
  result.value = linear(name + ".v_proj", hidden, hidden);
  result.output = linear(name + ".out_proj", hidden, hidden);
  result.norm = layerNorm(name + "_layer_norm");
  return result;
}

/// Stored position tables overwrite the computed ones in Hugging Face too. The usual ones are what
/// would be computed; any other is used as it is.
bool holdsSinusoids(const Checkpoint &checkpoint, const TensorInfo &table) {
  const int64_t width = table.columnCount();
  std::vector<float> row(static_cast<size_t>(width));
  for (int64_t position = 0; position < table.rowCount(); ++position) {
    checkpoint.readFloat(table.name, row.data(), position, 1);
    for (int64_t index = 0; index < width / 2; ++index) {
      double angle =
          static_cast<double>(position) /
          std::pow(10000.0, 2.0 * static_cast<double>(index) / static_cast<double>(width));
      auto sine = static_cast<size_t>(index), cosine = static_cast<size_t>(width / 2 + index);
      if (std::abs(row[sine] - std::sin(angle)) > 1e-6 ||
          std::abs(row[cosine] - std::cos(angle)) > 1e-6)
        return false;
    }
  }
  return true;
}

class MarianMapping {
public:
  explicit MarianMapping(FamilyInput &input) : config(input.config), checkpoint(input.checkpoint) {}

  FamilyResult describe() {
    refuseUnsupportedFields(config);
    hidden = sizeField(config, "d_model", 1024, "hidden_size");
    vocabulary = sizeField(config, "vocab_size", 58101);
    length = sizeField(config, "max_position_embeddings", 1024);
    scale = config.boolean("scale_embedding", false) ? std::sqrt(static_cast<double>(hidden)) : 1.0;
    activation = activationField(config, "activation_function", "gelu");
    config.markRead("num_hidden_layers"); // Hugging Face reads encoder_layers alone
    if (hidden % 2 != 0)
      refuseValue(hidden, config.where("d_model"), "an even number: half sines, half cosines");
    auto first = checkpoint.tensors().lower_bound("model.");
    bool isPrefixed = first != checkpoint.tensors().end() && first->first.starts_with("model.");
    prefix = isPrefixed ? "model." : "";

    Description &description = result.description;
    description.family = "marian";
    description.source = stack("encoder");
    description.target = stack("decoder");
    embeddings();
    result.specialIds = {.decoderStartId = 58100, .paddingId = 58100, .endId = 0, .forcedEndId = 0};
    return std::move(result);
  }

private:
  Stack stack(const std::string &side) {
    int64_t layers = sizeField(config, side + "_layers", 12);
    int64_t heads = sizeField(config, side + "_attention_heads", 16,
                              side == "encoder" ? "num_attention_heads" : "");
    int64_t width = sizeField(config, side + "_ffn_dim", 4096);
    if (layers > layerRange.maximum)
      refuseValue(layers, config.where(side + "_layers"), "at most 10000 layers");
    if (hidden % heads != 0)
      refuseValue(heads, config.where(side + "_attention_heads"),
                  fmt::format("a divisor of d_model = {}", hidden));
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Post;
    std::string layer = prefix + side + ".layers.{layer}";
    stack.selfAttention = attention(layer + ".self_attn", hidden, heads);
    if (side == "decoder")
      stack.crossAttention = attention(layer + ".encoder_attn", hidden, heads);
    stack.feedForward.activation = activation;
    stack.feedForward.input = linear(layer + ".fc1", hidden, width);
    stack.feedForward.output = linear(layer + ".fc2", width, hidden);
    stack.feedForward.norm = layerNorm(layer + ".final_layer_norm");
    stack.embedding.scale = scale;
    stack.embedding.positions = positions(side);
    std::string role = side == "encoder" ? "source" : "target";
    result.shapeOrigins.push_back(
        {role + ".feedForward",
         fmt::format("d_model = {} and {}_ffn_dim = {}", hidden, side, width)});
    result.shapeOrigins.push_back(
        {role + ".embedding.positions",
         fmt::format("max_position_embeddings = {} and d_model = {}", length, hidden)});
    return stack;
  }

  Positions positions(const std::string &side) {
    Positions positions;
    positions.kind = PositionKind::SinusoidalHalves;
    positions.length = length;
    std::string name = prefix + side + ".embed_positions.weight";
    const TensorInfo *table = checkpoint.find(name);
    if (!table)
      return positions;
    if (table->shape == std::vector<int64_t>{length, hidden} && isWeightType(table->type) &&
        holdsSinusoids(checkpoint, *table)) {
      result.unusedTensors.push_back(name);
      return positions;
    }
    positions.kind = PositionKind::Learned;
    positions.table = tensor(name);
    return positions;
  }

  void embeddings() {
    Description &description = result.description;
    const bool isShared = config.boolean("share_encoder_decoder_embeddings", true);
    const bool isTied = config.boolean("tie_word_embeddings", true);
    int64_t targetVocabulary = sizeField(config, "decoder_vocab_size", vocabulary);
    std::string shared = prefix + "shared.weight";
    std::string source = prefix + "encoder.embed_tokens.weight";
    std::string target = prefix + "decoder.embed_tokens.weight";
    const std::string head = "lm_head.weight";
    std::vector<std::string> &unused = result.unusedTensors;
    if (isShared) {
      targetVocabulary = vocabulary; // decoder_vocab_size is not looked at then
      std::vector<std::string> names = {shared, source, target};
      if (isTied)
        names.push_back(head);
      source = target =
          resolveTied(checkpoint, names,
                      isTied ? "share_encoder_decoder_embeddings and tie_word_embeddings are true"
                             : "share_encoder_decoder_embeddings is true",
                      unused);
    } else {
      source =
          resolveTied(checkpoint, {source}, "share_encoder_decoder_embeddings is false", unused);
      std::vector<std::string> names = {target};
      if (isTied)
        names.push_back(head);
      target = resolveTied(checkpoint, names, "share_encoder_decoder_embeddings is false", unused);
    }
    description.source.embedding.weight = tensor(source);
    description.source.embedding.vocabularySize = vocabulary;
    description.target.embedding.weight = tensor(target);
    description.target.embedding.vocabularySize = targetVocabulary;
    description.logits.weight = tensor(
        isTied ? target : resolveTied(checkpoint, {head}, "tie_word_embeddings is false", unused));
    // A buffer of zeros where it is not stored.
    if (checkpoint.find("final_logits_bias"))
      description.logits.bias = tensor("final_logits_bias");

    std::string sizes = fmt::format("vocab_size = {} and d_model = {}", vocabulary, hidden);
    std::string targetSizes = isShared ? sizes
                                       : fmt::format("decoder_vocab_size = {} and d_model = {}",
                                                     targetVocabulary, hidden);
    result.shapeOrigins.push_back({"source.embedding", sizes});
    result.shapeOrigins.push_back({"target.embedding", targetSizes});
    result.shapeOrigins.push_back({"logits", targetSizes});
    result.shapeOrigins.push_back({"", fmt::format("d_model = {}", hidden)});
  }

  JsonFields &config;
  const Checkpoint &checkpoint;
  FamilyResult result;
  std::string prefix;
  int64_t hidden = 0, vocabulary = 0, length = 0;
  double scale = 1.0;
  Activation activation = Activation::Relu;
};

} // namespace

FamilyResult describeMarian(FamilyInput &input) {
  return MarianMapping(input).describe();
}

} // namespace transept::frontend
