// SPDX-License-Identifier: Apache-2.0
//
// T5Gemma 2: Gemma 3 as encoder and as decoder of texts. The decoder looks at its own rows and at
// the source's in one softmax; both sides and the head share one table. Images are not read: the
// vision tower and its projector stay unused, and so does the row that takes the place of the
// token behind an image. attn_logit_softcapping is a field that the class never reads.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/GemmaStack.h"
#include "compiler/frontend/families/Generation.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

const GemmaTraits gemma3{
    .pattern = 6,
    .all = {.theta = 1e6},
    .windowed = {.theta = 1e4, .thetaKey = "rope_local_base_freq", .isScaled = false},
    .softCap = std::nullopt,
    .logitsCap = std::nullopt,
    .hasHeadNorms = true,
    .isMerged = true,
    .isWindowWhole = true};

/// What only images need, under its names in files of all versions.
void leaveImagesOut(FamilyInput &input, FamilyResult &result) {
  bool hasTower = false;
  for (const auto &[name, info] : input.checkpoint.tensors()) {
    bool isOfImages = name.find(".vision_tower.") != std::string::npos ||
                      name.find(".multi_modal_projector.") != std::string::npos;
    hasTower = hasTower || isOfImages;
    if (isOfImages || name.ends_with("embed_tokens.eoi_embedding"))
      result.unusedTensors.push_back(name);
  }
  if (hasTower)
    input.warnings.push_back(fmt::format(
        "{}: the model reads texts and images, the library texts alone: its vision tower is left "
        "out",
        input.checkpoint.directory()));
}

} // namespace

FamilyResult describeT5Gemma2(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  for (const char *key : {"classifier_dropout_rate", "image_token_index", "eoi_token_index"})
    config.markRead(key);
  static const Json none = Json::object();
  const Json &encoderJson = gemmaSideOf(config, "encoder", none);
  JsonFields encoder(encoderJson, config.where("encoder"));
  const Json &textJson = gemmaSideOf(encoder, "text_config", none);
  JsonFields text(textJson, encoder.where("text_config"));
  const Json &decoderJson = gemmaSideOf(config, "decoder", textJson);
  JsonFields decoder(decoderJson, config.where("decoder"));
  for (JsonFields *side : {&text, &decoder}) {
    refuseUnsupportedFields(*side, ConfigRole::Target, gemmaFields);
    for (const char *key : {"is_decoder", "cross_attention_hidden_size", "final_logit_softcapping",
                            "tie_word_embeddings", "rope_local_base_freq"})
      side->markRead(key);
  }

  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  std::string prefix = modelPrefix(input.checkpoint), source = prefix + "encoder.text_model.";
  // Files have either name: transformers writes the older one.
  if (!input.checkpoint.find(source + "norm.weight"))
    source = prefix + "encoder.";
  description.source = gemmaStack({text, source, 0, gemma3}, result);
  int64_t hidden = description.source.hiddenSize;
  description.target = gemmaStack({decoder, prefix + "decoder.", hidden, gemma3}, result);
  if (int64_t own = description.target.hiddenSize; own != hidden)
    refuseValue(own, decoder.where("hidden_size"), fmt::format("the encoder's {}", hidden));
  int64_t vocabulary = sizeField(decoder, "vocab_size", 262208);
  config.markRead("vocab_size");
  std::string words =
      resolveTied(input.checkpoint,
                  {source + "embed_tokens.weight", prefix + "decoder.embed_tokens.weight",
                   "lm_head.out_proj.weight"},
                  "both sides and the head share one table", result.unusedTensors);
  for (Stack *stack : {&description.source, &description.target}) {
    stack->embedding.weight = tensor(words);
    stack->embedding.vocabularySize = vocabulary;
  }
  description.logits.weight = tensor(words);
  description.logits.softCap = softCapField(decoder, "final_logit_softcapping", gemma3.logitsCap);
  leaveImagesOut(input, result);
  setGemmaIds(decoder, result);
  for (JsonFields *side : {&text, &decoder}) {
    markGenerationFields(*side);
    warnUnknownFields(*side, input.warnings);
  }
  return result;
}

} // namespace transept::frontend
