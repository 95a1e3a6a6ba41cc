// SPDX-License-Identifier: Apache-2.0
//
// Cohere Transcribe: a FastConformer, a projection, and a decoder whose positions are a stored
// table. Published files, and those that transformers writes, have the names of NeMo, with or
// without "model." before them. attention_bias is not of the decoder's feed-forward part. What
// encoder_config leaves out is Cohere's, not the encoder's own.

#include "compiler/frontend/families/CohereAsr.h"

#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/FastConformer.h"
#include "compiler/frontend/families/Parts.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr std::array<std::string_view, 1> honouredFields = {"num_key_value_heads"};

} // namespace

Stack cohereDecoder(JsonFields &config, const CohereDecoderTraits &traits) {
  refuseUnsupportedFields(config, ConfigRole::Model, honouredFields);
  Stack stack;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 8);
  int64_t hidden = stack.hiddenSize = sizeField(config, "hidden_size", 1024);
  int64_t heads = headCountField(config, "num_attention_heads", 8, "", hidden, "hidden_size");
  int64_t keyHeads = headCountField(config, "num_key_value_heads", traits.keyHeads.value_or(heads),
                                    "", heads, "num_attention_heads");
  int64_t headDim = sizeField(config, "head_dim", traits.headDim.value_or(hidden / heads));
  bool hasBias = config.boolean("attention_bias", true);
  auto ofLayer = [&](const std::string &name) {
    return traits.stored("decoder.layers.{layer}." + name);
  };
  auto attentionOf = [&](const std::string &name, const std::string &norm) {
    Attention result = attention({.query = ofLayer(name + ".q_proj"),
                                  .key = ofLayer(name + ".k_proj"),
                                  .value = ofLayer(name + ".v_proj"),
                                  .output = ofLayer(name + ".o_proj"),
                                  .norm = ofLayer(norm)},
                                 {hidden, hidden, heads, /*epsilon=*/1e-5, headDim});
    if (keyHeads != heads)
      result.keyHeadCount = keyHeads;
    result.key.outputs = result.value.outputs = keyHeads * headDim;
    if (!hasBias)
      for (Linear *each : {&result.query, &result.key, &result.value, &result.output})
        each->bias.reset();
    return result;
  };
  stack.normPlacement = NormPlacement::Pre;
  stack.embedding.norm = layerNorm(traits.stored("decoder.embedding_layernorm"));
  stack.selfAttention = attentionOf("self_attn", "input_layernorm");
  stack.crossAttention = attentionOf("encoder_attn", "post_attention_layernorm");
  int64_t inner = sizeField(config, "intermediate_size", 4096);
  stack.feedForward.activation = activationField(config, "hidden_act", "relu");
  stack.feedForward.input = linear(ofLayer("mlp.fc1"), hidden, inner);
  stack.feedForward.output = linear(ofLayer("mlp.fc2"), inner, hidden);
  stack.feedForward.norm = layerNorm(ofLayer("final_layernorm"));
  stack.finalNorm = layerNorm(traits.stored("decoder.norm"));
  return stack;
}

FamilyResult describeCohereAsr(FamilyInput &input) {
  JsonFields &config = input.config;
  const std::string prefix = modelPrefix(input.checkpoint);
  bool isRenamed = input.checkpoint.find(prefix + nameOfNemo("decoder.pos_emb.weight")) != nullptr;
  auto stored = [&](const std::string &name) {
    return (name.starts_with("proj_out") ? "" : prefix) + (isRenamed ? nameOfNemo(name) : name);
  };
  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  JsonFields encoder(objectField(config, "encoder_config"), config.where("encoder_config"));
  description.source = fastConformer(encoder,
                                     {.layers = 48,
                                      .hidden = 1280,
                                      .intermediate = 5120,
                                      .mels = 128,
                                      .isScaled = false,
                                      .stored = stored},
                                     input, result);
  description.target = cohereDecoder(config, {.stored = stored});
  int64_t hidden = description.target.hiddenSize;
  description.target.embedding.positions = learnedPositions(
      stored("decoder.pos_emb.weight"), sizeField(config, "max_position_embeddings", 1024));
  description.projection = linear(stored("decoder.proj"), description.source.hiddenSize, hidden);
  setTargetWords(config, input.checkpoint, result,
                 {.vocabulary = sizeField(config, "vocab_size", 16384),
                  .embedding = stored("decoder.embed_tokens.weight"),
                  .head = stored("proj_out.weight"),
                  .isVersion5 = true,
                  .isTied = false});
  description.logits.bias = tensor(stored("proj_out.bias"));
  result.speechPrompt = {.tokens = {"\u2581", "<|startofcontext|>", "<|startoftranscript|>",
                                    "<|emo:undefined|>", SpeechPrompt::language,
                                    SpeechPrompt::language, "<|pnc|>", "<|noitn|>",
                                    "<|notimestamp|>", "<|nodiarize|>"},
                         .languages = "ar de el en es fr it ja ko nl pl pt vi zh"};
  result.specialIds = {.beginningId = 4, .paddingId = 2, .endId = 3};
  result.shapeOrigins.push_back({"", fmt::format("{}: hidden_size = {}", config.origin(), hidden)});
  // What makes mels of a sound, as the class passes over it.
  for (const auto &[name, info] : input.checkpoint.tensors())
    if (name.find("preprocessor.featurizer.") != std::string::npos)
      result.unusedTensors.push_back(name);
  return result;
}

} // namespace transept::frontend
