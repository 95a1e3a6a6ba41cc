// SPDX-License-Identifier: Apache-2.0
//
// T5, T5 v1.1, mT5 and umT5 as Hugging Face computes them: pre-norm with root-mean-square norms, no
// biases, no attention scale, relative position buckets; umT5 has a bias table in every layer, and
// LongT5's encoder looks at what is near, and at sums of blocks.

#include "compiler/frontend/families/Classification.h"
#include "compiler/frontend/families/Forecasting.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

struct ClassDefaults {
  int64_t vocabulary, feedForward, layers, heads;
  const char *projection;
  bool isTied;
  std::optional<int64_t> decoderStartId;
  /// Whether the class of transformers 5 ever scales the states before a tied head.
  bool isScaledInVersion5;
};

constexpr ClassDefaults t5Defaults = {32128, 2048, 6, 8, "relu", true, std::nullopt, true};
constexpr ClassDefaults mt5Defaults = {250112, 1024, 8, 6, "gated-gelu", false, 0, false};
constexpr ClassDefaults longT5Defaults = {32128, 2048, 6, 8, "relu", true, std::nullopt, true};
constexpr ClassDefaults umt5Defaults = {250112, 1024, 8, 6, "gated-gelu", true, 0, true};

const ClassDefaults &classDefaults(std::string_view modelType) {
  return modelType == "t5"       ? t5Defaults
         : modelType == "mt5"    ? mt5Defaults
         : modelType == "longt5" ? longT5Defaults
                                 : umt5Defaults;
}

class T5Mapping {
public:
  explicit T5Mapping(FamilyInput &input)
      : input(input), config(input.config), checkpoint(input.checkpoint),
        defaults(classDefaults(input.modelType)),
        prefix(isClassifier(input.config) ? "transformer." : "") {}

  FamilyResult describe() {
    hasTarget = !isOfClass(config, "EncoderModel");
    refuseUnsupportedFields(config, hasTarget ? ConfigRole::Model : ConfigRole::EncoderOfModel);
    hidden = sizeField(config, "d_model", 512, "hidden_size");
    headDim = sizeField(config, "d_kv", 64, "head_dim");
    heads = sizeField(config, "num_heads", defaults.heads, "num_attention_heads");
    width = sizeField(config, "d_ff", defaults.feedForward);
    vocabulary = isForecaster(config) ? forecasterVocabulary(config)
                                      : sizeField(config, "vocab_size", defaults.vocabulary);
    buckets = sizeField(config, "relative_attention_num_buckets", 32);
    distance = sizeField(config, "relative_attention_max_distance", 128);
    epsilon = config.number("layer_norm_epsilon", 1e-6, epsilonRange);
    int64_t layers = sizeField(config, "num_layers", defaults.layers, "num_hidden_layers");
    int64_t targetLayers = sizeField(config, "num_decoder_layers", layers);
    if (layers > layerRange.maximum || targetLayers > layerRange.maximum)
      refuseValue(std::max(layers, targetLayers), config.where("num_layers"),
                  "at most 10000 layers");
    readRelativeAttention();
    readReach();
    readFeedForward();

    Description &description = result.description;
    description.family = std::string(input.modelType);
    description.source = stack("encoder", layers);
    if (hasTarget)
      description.target = stack("decoder", targetLayers);
    embeddings();
    shapeOrigins();
    result.specialIds = {.decoderStartId = defaults.decoderStartId,
                         .paddingId = 0,
                         .endId = 1,
                         .forcedEndId = std::nullopt};
    if (isForecaster(config))
      describeForecaster(config, result);
    if (isClassifier(config))
      describeClassifier(config, {.labelCount = 2, .endId = 1, .startId = startId()}, result);
    return std::move(result);
  }

private:
  void readRelativeAttention() {
    if (buckets < 4)
      refuseValue(buckets, config.where("relative_attention_num_buckets"), "4 or more");
    // The decoder's buckets are exact for half of the count; log(distance / exact) divides.
    if (distance <= buckets / 2)
      refuseValue(distance, config.where("relative_attention_max_distance"),
                  fmt::format("more than half of relative_attention_num_buckets = {}", buckets));
  }

  /// Of LongT5; one of its encoders attends to sums of blocks as well.
  void readReach() {
    if (input.modelType != "longt5")
      return;
    std::string kind = config.text("encoder_attention_type", "local");
    if (kind != "local" && kind != "transient-global")
      refuseValue(kind, config.where("encoder_attention_type"),
                  "\"local\" or \"transient-global\"");
    reach = config.integer("local_radius", 127, countRange);
    int64_t size = config.integer("global_block_size", 16, blockRange);
    if (kind == "transient-global")
      blockSize = size;
  }

  int64_t startId() {
    return config.integer("decoder_start_token_id", defaults.decoderStartId.value_or(0), idRange);
  }

  /// feed_forward_proj gives "relu" or "gated-gelu"; dense_act_fn and is_gated_act, which newer
  /// files have beside it, win in Hugging Face.
  void readFeedForward() {
    std::string projection = config.text("feed_forward_proj", defaults.projection);
    constexpr std::string_view gated = "gated-";
    isGated = projection.starts_with(gated);
    std::string name = isGated ? projection.substr(gated.size()) : projection;
    if (name.empty() || name.find('-') != std::string::npos)
      refuseValue(projection, config.where("feed_forward_proj"), "ACTIVATION or gated-ACTIVATION");
    if (projection == "gated-gelu")
      name = "gelu_new"; // a historical misnomer that Hugging Face keeps
    bool wasGated = isGated;
    isGated = config.boolean("is_gated_act", isGated);
    if (isGated != wasGated)
      input.warnings.push_back(
          fmt::format("{}: found {}, which contradicts feed_forward_proj = \"{}\" and wins, as in "
                      "Hugging Face",
                      config.where("is_gated_act"), isGated, projection));
    if (!config.find("dense_act_fn")) {
      // Checked under the name of the field that it comes from.
      nlohmann::ordered_json derived = {{"feed_forward_proj", name}};
      JsonFields fields(derived, config.origin());
      activation = activationField(fields, "feed_forward_proj", name);
      return;
    }
    activation = activationField(config, "dense_act_fn", name);
    if (config.text("dense_act_fn", name) != name && config.find("feed_forward_proj"))
      input.warnings.push_back(
          fmt::format("{}: found \"{}\", which contradicts feed_forward_proj = \"{}\" and wins, as "
                      "in Hugging Face",
                      config.where("dense_act_fn"), config.text("dense_act_fn", name), projection));
  }

  static checkpoints::TensorReference tensor(const std::string &name) { return {.name = name}; }

  Norm norm(const std::string &name) const {
    return {.kind = NormKind::RootMeanSquare,
            .epsilon = epsilon,
            .gain = tensor(name + ".weight"),
            .bias = std::nullopt};
  }

  static Linear linear(const std::string &name, int64_t inputs, int64_t outputs) {
    return {tensor(name + ".weight"), std::nullopt, inputs, outputs};
  }

  Attention attention(const std::string &sublayer, const std::string &module) const {
    std::string name = sublayer + "." + module;
    Attention attention;
    attention.headCount = heads;
    attention.headDim = headDim;
    attention.scale = 1.0;
    attention.query = linear(name + ".q", hidden, heads * headDim);
    attention.key = linear(name + ".k", hidden, heads * headDim);
    attention.value = linear(name + ".v", hidden, heads * headDim);
    attention.output = linear(name + ".o", heads * headDim, hidden);
    attention.norm = norm(sublayer + ".layer_norm");
    return attention;
  }

  std::string selfAttention(const std::string &side) const {
    if (!reach || side != "encoder")
      return "SelfAttention";
    return blockSize ? "TransientGlobalSelfAttention" : "LocalSelfAttention";
  }

  RelativeBias relativeBias(const std::string &side, const std::string &name) const {
    const char *layer = input.modelType == "umt5" ? "{layer}" : "0";
    return {.table = tensor(prefix + side + ".block." + layer + ".layer.0." + selfAttention(side) +
                            "." + name + ".weight"),
            .bucketCount = buckets,
            .maximumDistance = distance,
            .isBidirectional = side == "encoder"};
  }

  BlockSums blockSums(const std::string &layer) const {
    return {.size = *blockSize,
            .norm = norm(layer + "0." + selfAttention("encoder") + ".global_input_layer_norm"),
            .bias = relativeBias("encoder", "global_relative_attention_bias")};
  }

  Stack stack(const std::string &side, int64_t layers) const {
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Pre;
    std::string layer = prefix + side + ".block.{layer}.layer.";
    stack.selfAttention = attention(layer + "0", selfAttention(side));
    stack.selfAttention.relativeBias = relativeBias(side, "relative_attention_bias");
    if (side == "encoder")
      stack.selfAttention.reach = reach;
    if (side == "encoder" && blockSize)
      stack.selfAttention.blockSums = blockSums(layer);
    if (side == "decoder")
      stack.crossAttention = attention(layer + "1", "EncDecAttention");
    layer += side == "decoder" ? "2" : "1";
    std::string dense = layer + ".DenseReluDense.";
    FeedForward &feedForward = stack.feedForward;
    feedForward.activation = activation;
    feedForward.input = linear(dense + (isGated ? "wi_0" : "wi"), hidden, width);
    if (isGated)
      feedForward.gate = linear(dense + "wi_1", hidden, width);
    feedForward.output = linear(dense + "wo", width, hidden);
    feedForward.norm = norm(layer + ".layer_norm");
    stack.finalNorm = norm(prefix + side + ".final_layer_norm");
    return stack;
  }

  /// Whether the states are scaled before the head: where the embedding is tied, until
  /// transformers 5, which always ties it and keeps the scaling in a field of its own.
  bool readScaling(bool isTied) {
    isVersion5 = isWrittenByVersion5(config);
    if (!defaults.isScaledInVersion5)
      return isTied && !isVersion5;
    isVersion5 = isVersion5 || config.find("scale_decoder_outputs");
    return config.boolean("scale_decoder_outputs", isTied);
  }

  void embeddings() {
    Description &description = result.description;
    bool isTied = config.boolean("tie_word_embeddings", defaults.isTied);
    bool isScaled = readScaling(isTied);
    std::vector<std::string> names = {prefix + "shared.weight",
                                      prefix + "encoder.embed_tokens.weight",
                                      prefix + "decoder.embed_tokens.weight"};
    std::string head = "lm_head.weight";
    if (isVersion5 && differsFromWords(checkpoint, names, head))
      isTied = false;
    bool hasHead = hasTarget && !isClassifier(config) && !isForecaster(config);
    if (isTied && hasHead)
      names.push_back(head);
    checkpoints::TensorReference shared = tensor(resolveTied(
        checkpoint, names, isTied ? "tie_word_embeddings is true" : "the embedding is shared",
        result.unusedTensors));
    // In the original t5 files, left over from training; Hugging Face drops it as well.
    result.unusedTensors.push_back(
        prefix + "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
    for (Stack *stack : {&description.source, &description.target}) {
      stack->embedding.weight = shared;
      stack->embedding.vocabularySize = vocabulary;
    }
    if (!hasHead)
      return;
    description.logits.weight = shared;
    if (isScaled)
      description.logits.scale = 1.0 / std::sqrt(double(hidden));
    if (!isTied)
      description.logits.weight = tensor(
          resolveTied(checkpoint, {head}, "tie_word_embeddings is false", result.unusedTensors));
  }

  void shapeOrigins() {
    std::string attention =
        fmt::format("d_model = {}, num_heads = {} and d_kv = {}", hidden, heads, headDim);
    std::string dense = fmt::format("d_model = {} and d_ff = {}", hidden, width);
    std::string words = fmt::format("vocab_size = {} and d_model = {}", vocabulary, hidden);
    std::string bias =
        fmt::format("relative_attention_num_buckets = {} and num_heads = {}", buckets, heads);
    for (std::string side : {"source.", "target."}) {
      result.shapeOrigins.push_back({side + "selfAttention.relativeBias", bias});
      result.shapeOrigins.push_back({side + "selfAttention.blockSums.bias", bias});
      result.shapeOrigins.push_back({side + "selfAttention", attention});
      result.shapeOrigins.push_back({side + "crossAttention", attention});
      result.shapeOrigins.push_back({side + "feedForward", dense});
      result.shapeOrigins.push_back({side + "embedding", words});
    }
    result.shapeOrigins.push_back({"logits", words});
    result.shapeOrigins.push_back({"", fmt::format("d_model = {}", hidden)});
  }

  FamilyInput &input;
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const ClassDefaults &defaults;
  const std::string prefix; // of all names but the head's
  FamilyResult result;
  int64_t hidden = 0, headDim = 0, heads = 0, width = 0, vocabulary = 0, buckets = 0, distance = 0;
  double epsilon = 0.0;
  std::optional<int64_t> reach, blockSize; // of the encoder's attention
  bool isGated = false, isVersion5 = false, hasTarget = true;
  Activation activation = Activation::Relu;
};

} // namespace

FamilyResult describeT5(FamilyInput &input) {
  return T5Mapping(input).describe();
}

} // namespace transept::frontend
