// SPDX-License-Identifier: Apache-2.0
//
// BART and the text models that Hugging Face derives from it. They differ in where norms stand, in
// positions, in which embeddings are shared, and in the defaults of their configuration classes:
// one row of the table in BartTraits.cpp each. The classes ignore normalize_before,
// normalize_embedding, add_final_layer_norm, static_position_embeddings and their like, and so do
// we.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/BartTraits.h"
#include "compiler/frontend/families/BartWords.h"
#include "compiler/frontend/families/Classification.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Led.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

class BartMapping {
public:
  explicit BartMapping(FamilyInput &input)
      : config(input.config), checkpoint(input.checkpoint), traits(bartTraits(input.modelType)) {}

  FamilyResult describe() {
    constexpr std::array<std::string_view, 1> windows = {"attention_window"};
    std::span<const std::string_view> honoured = windows;
    refuseUnsupportedFields(config, ConfigRole::Model, honoured.first(isLong() ? 1 : 0));
    hidden = sizeField(config, "d_model", traits.hidden, "hidden_size");
    if (traits.positions != PositionKind::Learned && hidden % 2 != 0)
      refuseValue(hidden, config.where("d_model"), "an even number: half sines, half cosines");
    prefix = modelPrefix(checkpoint, isLong() ? "led." : "model.");

    Description &description = result.description;
    description.family = std::string(traits.modelType);
    result.specialIds = traits.ids;
    if (config.boolean("force_bos_token_to_be_generated", false) && traits.modelType == "bart")
      result.specialIds.forcedBeginningId =
          config.integer("bos_token_id", *traits.ids.beginningId, {0});
    description.source = stack("encoder", traits.source);
    description.target = stack("decoder", traits.target);
    describeBartWords({config, checkpoint, traits, prefix, hidden}, result);
    if (isClassifier(config))
      classifier();
    return std::move(result);
  }

private:
  bool isLong() const { return traits.longSource != 0; }

  /// mBART's target begins with the source's language, which is its last id.
  void classifier() {
    const SpecialIdDefaults &ids = traits.ids;
    std::optional<int64_t> start;
    if (ids.decoderStartId)
      start = config.integer("decoder_start_token_id", *ids.decoderStartId, idRange);
    describeClassifier(
        config,
        {.labelCount = traits.modelType == "bart" ? 3 : 2, .endId = *ids.endId, .startId = start},
        result);
  }

  Stack stack(const std::string &side, const SideDefaults &defaults) {
    bool isSource = side == "encoder";
    std::string module = prefix + side;
    Stack stack =
        bartStack({.module = module,
                   .side = side,
                   .hidden = hidden,
                   .memory = isSource ? 0 : hidden,
                   .isGeneral = isSource,
                   .placement = traits.placement,
                   .hasFinalNorm = traits.placement == NormPlacement::Pre,
                   .activation = activationField(config, "activation_function", traits.activation),
                   .defaults = defaults},
                  config, result);
    if (isLong() && isSource)
      lookAtWindows(config, module, stack);
    Embedding &embedding = stack.embedding;
    embedding.scale = embeddingScale(config, hidden, traits.isScaled);
    if (isLong()) // which is not looked at
      embedding.scale = 1;
    embedding.positions = positions(side, module + ".embed_positions");
    if (traits.offset == afterPadding && embedding.positions.offset > 0)
      embedding.positions.uncountedId = embedding.positions.offset - 1;
    if (traits.embeddingNorm != EmbeddingNorm::None)
      embedding.norm = layerNorm(module + ".layernorm_embedding");
    embedding.isNormBeforePositions =
        traits.embeddingNorm == EmbeddingNorm::BeforeTargetPositions && !isSource;
    result.unusedTensors.push_back(module + ".version"); // left over from fairseq
    return stack;
  }

  Positions positions(const std::string &side, const std::string &module) {
    std::string key = isLong() ? "max_" + side + "_position_embeddings" : "max_position_embeddings";
    bool isLongSide = isLong() && side == "encoder";
    int64_t length = sizeField(config, key, isLongSide ? traits.longSource : traits.length);
    int64_t offset =
        traits.offset == afterPadding ? rowAfterPadding(config, traits.ids) : traits.offset;
    std::string origin = fmt::format("{} = {} and d_model = {}", key, length, hidden);
    std::string own = side == "encoder" ? "source" : "target";
    result.shapeOrigins.push_back({own + ".embedding.positions", origin});
    if (traits.positions == PositionKind::Learned)
      return learnedPositions(module + ".weight", length, offset);
    return sinusoidalPositions(
        {.kind = traits.positions, .length = length, .offset = offset, .table = std::nullopt},
        module, hidden, checkpoint, result);
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const BartTraits &traits;
  FamilyResult result;
  std::string prefix;
  int64_t hidden = 0;
};

} // namespace

FamilyResult describeBart(FamilyInput &input) {
  return BartMapping(input).describe();
}

} // namespace transept::frontend
