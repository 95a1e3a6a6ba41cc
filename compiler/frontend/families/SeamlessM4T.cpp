// SPDX-License-Identifier: Apache-2.0
//
// SeamlessM4T, versions 1 and 2, to text: M2M100's layers under other names, behind an encoder of
// text, or of speech where `architectures` names that class. What else its checkpoints hold (the
// other encoder, units, the vocoder) is passed over, and so are their fields. The norms of layers
// of text have PyTorch's epsilon; layer_norm_eps is of speech.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/SeamlessSpeech.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr SpecialIdDefaults ids = {
    .decoderStartId = 3, .beginningId = 2, .paddingId = 0, .endId = 3, .maximumNewTokens = 256};

// clang-format off
/// How the names of fields begin that may be of other parts.
constexpr std::array<std::string_view, 29> otherFields = {
    "encoder_attention_heads", "encoder_ffn_dim", "encoder_layers", "adaptor_", "add_adapter", "char_vocab_size", "conv_depthwise_kernel_size", "feature_projection_",
    "lang_embed_dim", "layer_norm_eps", "leaky_relu_slope", "left_max_position_", "max_source_positions",
    "num_adapter_layers", "num_attention_heads", "num_conv_pos_", "num_hidden_layers",
    "position_embeddings_type", "resblock_", "right_max_position_", "rotary_embedding_base",
    "sampling_rate", "speech_encoder_", "spkr_embed_dim", "t2u_", "unit_", "upsample_", "var", "vocoder_"};
// clang-format on

class SeamlessMapping {
public:
  explicit SeamlessMapping(FamilyInput &input)
      : input(input), config(input.config), checkpoint(input.checkpoint) {}

  FamilyResult describe() {
    refuseUnsupportedFields(config);
    hidden = sizeField(config, "hidden_size", 1024);
    if (hidden % 2 != 0)
      refuseValue(hidden, config.where("hidden_size"), "an even number: half sines, half cosines");
    vocabulary = sizeField(config, "vocab_size", 256102);
    bool isFirst = input.modelType == "seamless_m4t";
    isSpeech = isOfClass(config, "ForSpeechToText");
    length = sizeField(config, "max_position_embeddings", isFirst ? 1024 : 4096);
    activation = activationField(config, "activation_function", "relu");
    Description &description = result.description;
    description.family = std::string(input.modelType);
    result.specialIds = ids;
    scale = embeddingScale(config, hidden, true);
    first = rowAfterPadding(config, ids);
    description.source =
        isSpeech ? seamlessSpeech(config, hidden, isFirst, result) : stack("encoder");
    description.target = stack("decoder");
    words();
    passOver();
    if (isSpeech)
      result.speechPrompt = {.tokens = {}, .languageField = "text_decoder_lang_to_code_id"};
    result.shapeOrigins.push_back(
        {"", fmt::format("hidden_size = {} and vocab_size = {}", hidden, vocabulary)});
    return std::move(result);
  }

private:
  Stack stack(const std::string &side) {
    std::string module = "text_" + side, layer = module + ".layers.{layer}.";
    int64_t heads =
        headCountField(config, side + "_attention_heads", 16, "", hidden, "hidden_size");
    int64_t width = sizeField(config, side + "_ffn_dim", 8192);
    auto attention = [&](const std::string &name) {
      return frontend::attention({.query = layer + name + ".q_proj",
                                  .key = layer + name + ".k_proj",
                                  .value = layer + name + ".v_proj",
                                  .output = layer + name + ".out_proj",
                                  .norm = layer + name + "_layer_norm"},
                                 {.hidden = hidden, .memory = hidden, .heads = heads});
    };
    Stack stack;
    stack.layerCount = layerCountField(config, side + "_layers", 24);
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Pre;
    stack.embedding.vocabularySize = vocabulary;
    stack.embedding.scale = scale;
    stack.embedding.positions = sinusoidsAfterPadding(first, length, module + ".embed_positions",
                                                      hidden, checkpoint, result);
    stack.selfAttention = attention("self_attn");
    if (side == "decoder")
      stack.crossAttention = attention("cross_attention");
    stack.feedForward.activation = activation;
    stack.feedForward.input = linear(layer + "ffn.fc1", hidden, width);
    stack.feedForward.output = linear(layer + "ffn.fc2", width, hidden);
    stack.feedForward.norm = layerNorm(layer + "ffn_layer_norm");
    stack.finalNorm = layerNorm(module + ".layer_norm");
    return stack;
  }

  void words() {
    std::vector<std::string> names = {"shared.weight", "text_decoder.embed_tokens.weight"};
    if (!isSpeech)
      names.insert(names.begin() + 1, "text_encoder.embed_tokens.weight");
    bool isTied = config.boolean("tie_word_embeddings", true);
    if (isTied)
      names.push_back("lm_head.weight");
    std::string table = resolveTied(checkpoint, names, "all share the words", result.unusedTensors);
    Description &description = result.description;
    description.target.embedding.weight = tensor(table);
    if (!isSpeech)
      description.source.embedding.weight = tensor(table);
    description.logits.weight = tensor(isTied ? table : "lm_head.weight");
  }

  void passOver() {
    for (const std::string &key : config.unreadKeys())
      for (std::string_view beginning : otherFields)
        if (key.starts_with(beginning))
          config.markRead(key);
    for (const auto &[name, info] : checkpoint.tensors())
      for (const char *module :
           {isSpeech ? "text_encoder." : "speech_encoder.", "t2u_model.", "vocoder."})
        if (name.starts_with(module))
          result.unusedTensors.push_back(name);
  }

  FamilyInput &input;
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  FamilyResult result;
  int64_t hidden = 0, vocabulary = 0, length = 0, first = 0;
  double scale = 1.0;
  bool isSpeech = false;
  Activation activation = Activation::Relu;
};

} // namespace

FamilyResult describeSeamlessM4T(FamilyInput &input) {
  return SeamlessMapping(input).describe();
}

} // namespace transept::frontend
