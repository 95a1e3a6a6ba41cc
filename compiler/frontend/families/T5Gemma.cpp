// SPDX-License-Identifier: Apache-2.0
//
// T5Gemma: Gemma 2 as encoder and as decoder. Gains are stored as what they exceed 1 by, norms
// stand on both sides of a sublayer, queries and keys are turned by their positions, but in
// cross-attention. Windows of the encoder look both ways. vocab_size of the whole model counts,
// whatever the sides say, and a cap that is null is none, while one that is not there is the
// class's.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/Parts.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

/// Of the fields that most families refuse.
constexpr std::array<std::string_view, 4> honouredFields = {"layer_types", "num_key_value_heads",
                                                            "rope_theta", "sliding_window"};

Norm gemmaNorm(const std::string &name, double epsilon) {
  return {.kind = NormKind::RootMeanSquare,
          .epsilon = epsilon,
          .gain = tensor(name + ".weight"),
          .bias = std::nullopt,
          .gainOffset = 1.0};
}

Linear withoutBias(const std::string &name, int64_t inputs, int64_t outputs) {
  return {tensor(name + ".weight"), std::nullopt, inputs, outputs};
}

std::optional<double> softCapField(JsonFields &config, const std::string &key, double fallback) {
  if (config.contains(key) && !config.find(key))
    return std::nullopt;
  double cap = config.number(key, fallback, NumberRange{});
  if (!(cap > 0))
    refuseValue(cap, config.where(key), "null or a number greater than 0");
  return cap;
}

/// One side: its fields, and the names of its tensors.
class GemmaSide {
public:
  /// `memory`: the width of what cross-attention reads; 0 on the source side.
  GemmaSide(JsonFields &config, std::string module, int64_t memory)
      : config(config), module(std::move(module)), memory(memory) {}

  Stack describe(FamilyResult &result) {
    readSizes();
    std::string layer = module + "layers.{layer}.";
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Sandwich;
    stack.embedding.scale = std::sqrt(double(hidden));
    stack.selfAttention = attention(layer + "self_attn", layer + "{}_self_attn_layernorm", hidden);
    stack.selfAttention.variants = variants();
    if (memory != 0)
      stack.crossAttention =
          attention(layer + "cross_attn", layer + "{}_cross_attn_layernorm", memory);
    FeedForward &feedForward = stack.feedForward;
    feedForward.activation = activationField(config, "hidden_activation", "gelu_pytorch_tanh");
    feedForward.input = withoutBias(layer + "mlp.gate_proj", hidden, width);
    feedForward.gate = withoutBias(layer + "mlp.up_proj", hidden, width);
    feedForward.output = withoutBias(layer + "mlp.down_proj", width, hidden);
    feedForward.norm = gemmaNorm(layer + "pre_feedforward_layernorm", epsilon);
    feedForward.postNorm = gemmaNorm(layer + "post_feedforward_layernorm", epsilon);
    stack.finalNorm = gemmaNorm(module + "norm", epsilon);
    result.shapeOrigins.push_back(
        {memory != 0 ? "target" : "source",
         fmt::format("{}: hidden_size = {}, num_attention_heads = {}, num_key_value_heads = {}, "
                     "head_dim = {} and intermediate_size = {}",
                     config.origin(), hidden, heads, keyHeads, headDim, width)});
    return stack;
  }

private:
  void readSizes() {
    hidden = sizeField(config, "hidden_size", 2304);
    width = sizeField(config, "intermediate_size", 9216);
    layers = layerCountField(config, "num_hidden_layers", 26);
    heads = sizeField(config, "num_attention_heads", 8);
    keyHeads = sizeField(config, "num_key_value_heads", 4);
    headDim = sizeField(config, "head_dim", 256);
    epsilon = config.number("rms_norm_eps", 1e-6, epsilonRange);
    softCap = softCapField(config, "attn_logit_softcapping", 50.0);
    if (heads % keyHeads != 0)
      refuseValue(keyHeads, config.where("num_key_value_heads"),
                  fmt::format("a divisor of num_attention_heads = {}", heads));
    if (config.boolean("attention_bias", false))
      refuseValue(true, config.where("attention_bias"), "false: this is not supported");
    // Lengths are bounded by nothing, and the vocabulary is the whole model's.
    for (const char *key : {"max_position_embeddings", "vocab_size"})
      config.markRead(key);
  }

  /// `norm`: the name of both norms, with "{}" for pre or post.
  Attention attention(const std::string &name, const std::string &norm, int64_t keyInputs) {
    auto normName = [&](const char *place) {
      std::string result = norm;
      return result.replace(result.find("{}"), 2, place);
    };
    Attention attention;
    attention.headCount = heads;
    attention.headDim = headDim;
    attention.keyHeadCount = keyHeads;
    attention.scale = 1 / std::sqrt(config.number("query_pre_attn_scalar", 256, {1e-9, 1e18}));
    attention.softCap = softCap;
    attention.query = withoutBias(name + ".q_proj", hidden, heads * headDim);
    attention.key = withoutBias(name + ".k_proj", keyInputs, keyHeads * headDim);
    attention.value = withoutBias(name + ".v_proj", keyInputs, keyHeads * headDim);
    attention.output = withoutBias(name + ".o_proj", heads * headDim, hidden);
    attention.norm = gemmaNorm(normName("pre"), epsilon);
    attention.postNorm = gemmaNorm(normName("post"), epsilon);
    return attention;
  }

  /// Whether each layer sees a window only: by default every other one, from the first on.
  std::vector<bool> windowedLayers() {
    std::vector<bool> windowed;
    const Json *types = config.find("layer_types");
    if (!types) {
      for (int64_t layer = 0; layer < layers; ++layer)
        windowed.push_back(layer % 2 == 0);
      return windowed;
    }
    if (!types->is_array() || int64_t(types->size()) != layers)
      refuseValue(*types, config.where("layer_types"),
                  fmt::format("an array of num_hidden_layers = {} types", layers));
    for (const Json &each : *types) {
      std::string type = toText(each, config.where("layer_types"));
      if (type != "sliding_attention" && type != "full_attention")
        refuseValue(each, config.where("layer_types"),
                    "\"sliding_attention\" or \"full_attention\"");
      windowed.push_back(type == "sliding_attention");
    }
    return windowed;
  }

  /// Of as few layers as the types repeat after.
  std::vector<AttentionVariant> variants() {
    std::vector<bool> windowed = windowedLayers();
    size_t period = 1;
    auto repeats = [&] {
      for (size_t layer = period; layer < windowed.size(); ++layer)
        if (windowed[layer] != windowed[layer % period])
          return false;
      return true;
    };
    while (!repeats())
      ++period;
    if (headDim % 2 != 0)
      refuseValue(headDim, config.where("head_dim"), "an even number");
    Rotary rotary{.dims = headDim, .theta = config.number("rope_theta", 10000.0, {1e-9, 1e18})};
    int64_t farthest = sizeField(config, "sliding_window", 4096) - 1;
    Window window{.before = farthest, .after = std::nullopt};
    if (memory == 0)
      window.after = farthest;
    std::vector<AttentionVariant> result;
    for (size_t layer = 0; layer < std::min(period, windowed.size()); ++layer)
      result.push_back({rotary, windowed[layer] ? std::optional(window) : std::nullopt});
    return result;
  }

  JsonFields &config;
  const std::string module;
  const int64_t memory;
  int64_t hidden = 0, width = 0, layers = 0, heads = 0, keyHeads = 0, headDim = 0;
  double epsilon = 0;
  std::optional<double> softCap;
};

/// The fields of one side; those of the other, or the class's, where there are none.
const Json &sideOf(JsonFields &config, const std::string &key, const Json &otherwise) {
  const Json *object = config.find(key);
  if (object && !object->is_object())
    refuseValue(*object, config.where(key), "an object");
  return object ? *object : otherwise;
}

} // namespace

FamilyResult describeT5Gemma(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  config.markRead("classifier_dropout_rate"); // of training
  static const Json none = Json::object();
  const Json &encoderJson = sideOf(config, "encoder", none);
  const Json &decoderJson = sideOf(config, "decoder", encoderJson);
  JsonFields encoder(encoderJson, config.where("encoder"));
  JsonFields decoder(decoderJson, config.where("decoder"));
  // Of both sides the model says itself which is a decoder, and how wide its memory is.
  refuseUnsupportedFields(encoder, ConfigRole::Target, honouredFields);
  refuseUnsupportedFields(decoder, ConfigRole::Target, honouredFields);
  for (JsonFields *side : {&encoder, &decoder})
    for (const char *key : {"is_decoder", "cross_attention_hidden_size", "final_logit_softcapping",
                            "tie_word_embeddings"})
      side->markRead(key);

  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  std::string prefix = modelPrefix(input.checkpoint);
  description.source = GemmaSide(encoder, prefix + "encoder.", 0).describe(result);
  description.target =
      GemmaSide(decoder, prefix + "decoder.", description.source.hiddenSize).describe(result);
  int64_t vocabulary = sizeField(config, "vocab_size", 256000);
  description.source.embedding.weight = tensor(prefix + "encoder.embed_tokens.weight");
  description.source.embedding.vocabularySize = vocabulary;
  // transformers looks at the decoder's field as well, and would then tie the head to the encoder.
  if (!config.boolean("tie_word_embeddings", true) && decoder.boolean("tie_word_embeddings", true))
    refuseValue(true, decoder.where("tie_word_embeddings"),
                "false, as tie_word_embeddings of the whole model is");
  setTargetWords(config, input.checkpoint, result,
                 {.vocabulary = vocabulary,
                  .embedding = prefix + "decoder.embed_tokens.weight",
                  .head = "lm_head.out_proj.weight",
                  .isVersion5 = isWrittenByVersion5(config)});
  description.logits.softCap = softCapField(decoder, "final_logit_softcapping", 30.0);

  auto ownId = [&](const char *key, int64_t fallback) {
    return decoder.integer(key, fallback, idRange);
  };
  result.specialIds = {.beginningId = ownId("bos_token_id", 2),
                       .paddingId = ownId("pad_token_id", 0),
                       .endId = ownId("eos_token_id", 1)};
  for (JsonFields *side : {&encoder, &decoder}) {
    markGenerationFields(*side);
    warnUnknownFields(*side, input.warnings);
  }
  return result;
}

} // namespace transept::frontend
