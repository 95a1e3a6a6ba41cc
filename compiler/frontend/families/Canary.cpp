// SPDX-License-Identifier: Apache-2.0
//
// Canary: a FastConformer and Cohere's decoder, with sinusoids for its positions. What
// encoder_config leaves out is Canary's only where there is no encoder_config at all; else it is
// the encoder's own. The decoder reads the encoder's states as they are, so that both are as wide.

#include "compiler/frontend/families/CohereAsr.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/FastConformer.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/Parts.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

FamilyResult describeCanary(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  const std::string prefix = modelPrefix(input.checkpoint);
  auto stored = [&](const std::string &name) {
    return (name.starts_with("proj_out") ? "" : prefix) + name;
  };
  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  FastConformerTraits traits{.stored = stored};
  if (!config.find("encoder_config")) {
    traits.layers = 32;
    traits.mels = 128;
    traits.isScaled = false;
  }
  JsonFields encoder(objectField(config, "encoder_config"), config.where("encoder_config"));
  description.source = fastConformer(encoder, traits, input, result);
  JsonFields decoder(objectField(config, "decoder_config"), config.where("decoder_config"));
  description.target = cohereDecoder(decoder, {.keyHeads = 8, .headDim = 128, .stored = stored});
  int64_t hidden = description.target.hiddenSize;
  if (description.source.hiddenSize != hidden)
    refuseValue(hidden, decoder.where("hidden_size"),
                fmt::format("the encoder's {}", description.source.hiddenSize));
  Positions &positions = description.target.embedding.positions;
  positions.kind = PositionKind::SinusoidalHalves;
  positions.length = sizeField(decoder, "max_position_embeddings", 1024);
  positions.scale = 1.0 / std::sqrt(double(hidden));
  int64_t vocabulary = sizeField(decoder, "vocab_size", 16384);
  if (int64_t other = sizeField(config, "vocab_size", 16384); other != vocabulary)
    refuseValue(other, config.where("vocab_size"), fmt::format("the decoder's {}", vocabulary));
  setTargetWords(config, input.checkpoint, result,
                 {.vocabulary = vocabulary,
                  .embedding = stored("decoder.embed_tokens.weight"),
                  .head = "proj_out.weight",
                  .isVersion5 = true});
  description.logits.bias = tensor("proj_out.bias");
  result.speechPrompt = {
      .tokens = {"<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>",
                 SpeechPrompt::language, SpeechPrompt::textLanguage, "<|pnc|>", "<|noitn|>",
                 "<|notimestamp|>", "<|nodiarize|>"},
      .languages = "bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk",
      .usualLanguage = "en"};
  result.specialIds = {.decoderStartId = 7, .beginningId = 4, .paddingId = 2, .endId = 3};
  result.shapeOrigins.push_back(
      {"", fmt::format("{}: hidden_size = {}", decoder.origin(), hidden)});
  markGenerationFields(decoder);
  warnUnknownFields(decoder, input.warnings);
  return result;
}

} // namespace transept::frontend
