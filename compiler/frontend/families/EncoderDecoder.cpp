// SPDX-License-Identifier: Apache-2.0
//
// EncoderDecoderModel and VisionEncoderDecoderModel: two models, each with a configuration of its
// own, joined by cross-attention. Which may be joined is a table. tie_word_embeddings is the
// decoder's; at the top level Hugging Face does not look at it.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/Sides.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

struct SideModel {
  std::string_view modelType;
  void (*describe)(Side &side);
  /// Of a target's configuration class.
  SpecialIdDefaults ids = {};
};

constexpr SideModel bertTarget = {"bert", describeBertTarget, {.paddingId = 0}};
constexpr SideModel gpt2Target = {
    "gpt2", describeGpt2Target, {.beginningId = 50256, .endId = 50256}};
constexpr SideModel trocrTarget = {
    "trocr",
    describeTrocrTarget,
    {.decoderStartId = 2, .beginningId = 0, .paddingId = 1, .endId = 2}};

constexpr SideModel mbartTarget = {
    "mbart", describeMbartTarget, {.beginningId = 0, .paddingId = 1, .endId = 2, .forcedEndId = 2}};

constexpr std::array<SideModel, 1> textSources = {{{"bert", describeBertSource}}};
constexpr std::array<SideModel, 3> imageSources = {{{"vit", describeVitSource},
                                                    {"deit", describeVitSource},
                                                    {"donut-swin", describeDonutSwinSource}}};
constexpr std::array<SideModel, 1> textTargets = {{bertTarget}};
constexpr std::array<SideModel, 4> imageTargets = {
    {trocrTarget, gpt2Target, bertTarget, mbartTarget}};

const SideModel &findModel(std::span<const SideModel> models, JsonFields &config) {
  std::string modelType = config.text("model_type", "");
  std::string supported;
  for (const SideModel &model : models) {
    if (model.modelType == modelType)
      return model;
    supported += fmt::format("{}\"{}\"", supported.empty() ? "" : ", ", model.modelType);
  }
  refuseValue(modelType, config.where("model_type"), "one of " + supported);
}

void describeSide(FamilyInput &input, FamilyResult &result, const std::string &key,
                  std::span<const SideModel> models, ConfigRole role) {
  const auto *object = input.config.find(key);
  if (!object)
    throw InputError(
        fmt::format("{} is missing: the configuration of that side", input.config.where(key)));
  JsonFields config(*object, input.config.where(key));
  const SideModel &model = findModel(models, config);
  refuseUnsupportedFields(config, role);
  Side side{config, input.checkpoint, result, isWrittenByVersion5(input.config)};
  model.describe(side);
  if (role == ConfigRole::Target)
    result.specialIds = model.ids;
  // generate() reads the top level, and the decoder's where that says nothing.
  markGenerationFields(config);
  warnUnknownFields(config, input.warnings);
}

} // namespace

int64_t memoryWidth(Side &side, int64_t hidden, CrossWidth width) {
  std::string key = "cross_attention_hidden_size";
  int64_t source = side.result.description.source.hiddenSize;
  if (auto given = side.config.optionalInteger(key, sizeRange)) {
    if (*given != source)
      refuseValue(*given, side.config.where(key),
                  fmt::format("the source's hidden size {}", source));
    if (width == CrossWidth::Hidden && source != hidden)
      refuseValue(*given, side.config.where(key),
                  fmt::format("null: this target reads rows as wide as its own, {}", hidden));
    return source;
  }
  if (source != hidden)
    side.result.description.projection = linear("enc_to_dec_proj", source, hidden);
  return hidden;
}

void setBartTargetWords(Side &side, const std::string &module, const std::string &head,
                        int64_t hidden, int64_t positions) {
  setTargetWords(side.config, side.checkpoint, side.result,
                 {.vocabulary = sizeField(side.config, "vocab_size", 50265),
                  .embedding = module + ".embed_tokens.weight",
                  .head = head,
                  .isVersion5 = side.isVersion5});
  side.result.shapeOrigins.push_back(
      {"target.embedding.positions",
       fmt::format("{}: max_position_embeddings = {}", side.config.origin(), positions)});
  side.result.shapeOrigins.push_back(
      {"target", fmt::format("{}: d_model = {}", side.config.origin(), hidden)});
}

void requireFlag(JsonFields &config, const std::string &key, const std::string &reason) {
  if (!config.boolean(key, false))
    refuseValue(false, config.where(key), "true: " + reason);
}

FamilyResult describeEncoderDecoder(FamilyInput &input) {
  bool readsImages = input.modelType == "vision-encoder-decoder";
  refuseUnsupportedFields(input.config);
  input.config.markRead("vocab_size"); // of no effect
  FamilyResult result;
  result.description.family = std::string(input.modelType);
  std::span<const SideModel> sources = textSources, targets = textTargets;
  if (readsImages) {
    sources = imageSources;
    targets = imageTargets;
  }
  describeSide(input, result, "encoder", sources, ConfigRole::Source);
  describeSide(input, result, "decoder", targets, ConfigRole::Target);
  for (const std::string pooler : {"encoder.pooler.dense.weight", "encoder.pooler.dense.bias"})
    result.unusedTensors.push_back(pooler); // of sentences and whole images
  return result;
}

} // namespace transept::frontend
