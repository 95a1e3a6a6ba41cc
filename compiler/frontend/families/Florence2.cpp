// SPDX-License-Identifier: Apache-2.0
//
// Florence-2: DaViT (Ding et al. 2022) and BART, whose source is an image's rows and a prompt
// behind them. Its class puts the rows where ids of a placeholder are, which its processor always
// writes first; BART's embeddings are scaled for words alone, so that it may not scale them. The
// size of images is the preprocessor's.

#include "base/ModelFolder.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Davit.h"
#include "compiler/frontend/families/Florence2Tasks.h"
#include "compiler/frontend/families/Sides.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

const std::string kImages = "model.vision_tower", kJoint = "model.multi_modal_projector",
                  kText = "model.language_model";

/// What the preprocessor makes of images; 768 by 768 where it is not there.
Grid imageSize(const checkpoints::Checkpoint &checkpoint) {
  for (const char *file : {processorFile, preprocessorFile}) {
    if (!hasFile(checkpoint.directory(), file))
      continue;
    std::string path = checkpoint.directory() + "/" + file;
    nlohmann::ordered_json content = readJsonFile(path);
    JsonFields whole(content, path);
    const auto *own = whole.find("image_processor");
    JsonFields fields(own ? *own : content, own ? whole.where("image_processor") : path);
    if (const auto *size = fields.find("size")) {
      JsonFields sides(*size, fields.where("size"));
      return {sides.integer("height", 768, gridRange), sides.integer("width", 768, gridRange)};
    }
  }
  return {768, 768};
}

void describeImages(Side &side) {
  ImageTower tower = davitTower(side.config, kImages, imageSize(side.checkpoint));
  int64_t width = tower.stages.back().linear.outputs;
  int64_t hidden = sizeField(side.config, "projection_dim", 1024);
  tower.positionCount = side.config.integer("max_position_embeddings", 50, gridRange);
  // The rows of one image are those of the first of all times.
  side.config.markRead("max_temporal_embeddings");
  side.result.unusedTensors.push_back(kJoint + ".visual_temporal_embed.pos_idx_to_embed");
  tower.columnPositions = tensor(kJoint + ".image_position_embed.column_embeddings.weight");
  tower.linePositions = tensor(kJoint + ".image_position_embed.row_embeddings.weight");
  tower.projection = linear(kJoint + ".image_projection", width, hidden);
  tower.projection.bias.reset();
  tower.norm = layerNorm(kJoint + ".image_proj_norm");
  Stack &stack = side.result.description.source;
  stack.embedding.features.emplace().width = tower.pixels.width * tower.channels;
  stack.tower = std::move(tower);
  side.result.shapeOrigins.push_back(
      {"source.tower", fmt::format("{}: embed_dim, mlp_ratio, patch_size, projection_dim = {} and "
                                   "max_position_embeddings",
                                   side.config.origin(), hidden)});
}

Stack textStack(Side &side, const std::string &name, int64_t hidden, int64_t length) {
  const std::string module = kText + "." + name;
  bool isSource = name == "encoder";
  Stack stack =
      bartStack({.module = module,
                 .side = name,
                 .hidden = hidden,
                 .memory = isSource ? 0 : hidden,
                 .isGeneral = isSource,
                 .placement = NormPlacement::Post,
                 .activation = activationField(side.config, "activation_function", "gelu"),
                 .defaults = {12, 4096, 16}},
                side.config, side.result);
  stack.embedding.positions =
      learnedPositions(module + ".embed_positions.weight", length, /*offset=*/2);
  stack.embedding.norm = layerNorm(module + ".layernorm_embedding");
  return stack;
}

void describeText(Side &side) {
  JsonFields &config = side.config;
  if (std::string type = config.text("model_type", "bart"); type != "bart")
    refuseValue(type, config.where("model_type"), "\"bart\"");
  Description &description = side.result.description;
  int64_t hidden = sizeField(config, "d_model", 1024, "hidden_size");
  if (embeddingScale(config, hidden, false) != 1.0)
    refuseValue(true, config.where("scale_embedding"),
                "false: words would be scaled, and rows of images not");
  int64_t length = sizeField(config, "max_position_embeddings", 1024);
  Stack source = textStack(side, "encoder", hidden, length);
  source.embedding.features = std::move(description.source.embedding.features);
  source.tower = std::move(description.source.tower);
  if (source.tower->projection.outputs != hidden)
    refuseValue(source.tower->projection.outputs, "projection_dim of vision_config",
                fmt::format("d_model of text_config, {}", hidden));
  description.source = std::move(source);
  description.target = textStack(side, "decoder", hidden, length);
  int64_t vocabulary = sizeField(config, "vocab_size", 50265);
  description.source.tower->promptVocabularySize = vocabulary;
  description.target.embedding.vocabularySize = vocabulary;
  side.result.specialIds = {
      .decoderStartId = config.integer("decoder_start_token_id", 2, idRange),
      .beginningId = config.integer("bos_token_id", 0, idRange),
      .paddingId = config.integer("pad_token_id", 1, idRange),
      .endId = config.integer("eos_token_id", 2, idRange),
      .forcedEndId = config.integer("forced_eos_token_id", 2, idRange),
  };
  config.markRead("tie_word_embeddings"); // that of the whole counts
  side.result.shapeOrigins.push_back(
      {"", fmt::format("{}: d_model = {}, vocab_size = {} and max_position_embeddings = {}",
                       config.origin(), hidden, vocabulary, length)});
}

} // namespace

FamilyResult describeFlorence2(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  config.markRead("image_token_id"); // rows of images come first, without placeholders
  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  describePart(input, result, "vision_config", ConfigRole::EncoderOfModel, describeImages);
  describePart(input, result, "text_config", ConfigRole::EncoderOfModel, describeText);
  if (!config.boolean("tie_word_embeddings", true))
    refuseValue(false, config.where("tie_word_embeddings"), "true: its class has one embedding");
  const std::string words =
      resolveTied(input.checkpoint,
                  {kText + ".shared.weight", kText + ".encoder.embed_tokens.weight",
                   kText + ".decoder.embed_tokens.weight", "lm_head.weight"},
                  "both sides and the head share the embedding", result.unusedTensors);
  description.source.tower->promptTable = tensor(words);
  description.source.tower->promptTasks = florence2Tasks();
  description.target.embedding.weight = tensor(words);
  description.logits.weight = tensor(words);
  return result;
}

} // namespace transept::frontend
