// SPDX-License-Identifier: Apache-2.0
//
// IndicTrans2: BART's layers between two vocabularies, with fairseq's positions. Where norms stand
// is a matter of its fields, which BART's relatives pass over. Its class is no part of
// transformers: auto_map names the file beside the checkpoint that this file is written after.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr SpecialIdDefaults ids = {
    .decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2};

class IndicTransMapping {
public:
  explicit IndicTransMapping(FamilyInput &input)
      : config(input.config), checkpoint(input.checkpoint) {}

  FamilyResult describe() {
    constexpr std::array<std::string_view, 1> honoured = {"auto_map"};
    refuseUnsupportedFields(config, ConfigRole::Model, honoured);
    config.markRead("auto_map");
    hidden = sizeField(config, "encoder_embed_dim", 512);
    if (hidden % 2 != 0)
      refuseValue(hidden, config.where("encoder_embed_dim"),
                  "an even number: half sines, half cosines");
    int64_t own = sizeField(config, "decoder_embed_dim", 512);
    if (own != hidden)
      refuseValue(own, config.where("decoder_embed_dim"),
                  fmt::format("{}, as encoder_embed_dim is", hidden));
    prefix = modelPrefix(checkpoint);
    result.description.family = "IndicTrans";
    result.specialIds = ids;
    result.description.source = stack("encoder", "max_source_positions");
    result.description.target = stack("decoder", "max_target_positions");
    head();
    result.shapeOrigins.push_back({"", fmt::format("encoder_embed_dim = {}", hidden)});
    return std::move(result);
  }

private:
  Stack stack(const std::string &side, const char *lengthKey) {
    bool isSource = side == "encoder";
    bool isPre = config.boolean(side + "_normalize_before", false);
    std::string module = prefix + side;
    Stack stack = bartStack({.module = module,
                             .side = side,
                             .hidden = hidden,
                             .hiddenKey = side + "_embed_dim",
                             .memory = isSource ? 0 : hidden,
                             .isGeneral = isSource,
                             .placement = isPre ? NormPlacement::Pre : NormPlacement::Post,
                             .hasFinalNorm = isPre,
                             .activation = activationField(config, "activation_function", "relu"),
                             .defaults = {6, 2048, 8}},
                            config, result);
    Embedding &embedding = stack.embedding;
    embedding.scale = embeddingScale(config, hidden, true);
    if (config.boolean("layernorm_embedding", false))
      embedding.norm = layerNorm(module + ".layernorm_embedding");

    auto origin = [&](const std::string &role, const std::string &key, int64_t size) {
      result.shapeOrigins.push_back(
          {role, fmt::format("{} = {} and {}_embed_dim = {}", key, size, side, hidden)});
    };
    std::string role = isSource ? "source.embedding" : "target.embedding";
    int64_t length = sizeField(config, lengthKey, 210);
    embedding.positions =
        sinusoidsAfterPadding(rowAfterPadding(config, ids), length, module + ".embed_positions",
                              hidden, checkpoint, result);
    origin(role + ".positions", lengthKey, length);

    std::string vocabularyKey = side + "_vocab_size";
    const auto *vocabulary = config.find(vocabularyKey);
    if (!vocabulary)
      throw InputError(config.where(vocabularyKey) + " is missing: the class has no default");
    embedding.vocabularySize = toInteger(*vocabulary, config.where(vocabularyKey), sizeRange);
    embedding.weight = tensor(module + ".embed_tokens.weight");
    origin(role + ".weight", vocabularyKey, embedding.vocabularySize);
    if (!isSource)
      origin("logits", vocabularyKey, embedding.vocabularySize);
    return stack;
  }

  void head() {
    std::string words = prefix + "decoder.embed_tokens.weight";
    bool isTied = config.boolean("share_decoder_input_output_embed", false);
    result.description.logits.weight = tensor(
        isTied ? resolveTied(checkpoint, {words, "lm_head.weight"},
                             "share_decoder_input_output_embed is true", result.unusedTensors)
               : "lm_head.weight");
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  FamilyResult result;
  std::string prefix;
  int64_t hidden = 0;
};

} // namespace

FamilyResult describeIndicTrans(FamilyInput &input) {
  return IndicTransMapping(input).describe();
}

} // namespace transept::frontend
