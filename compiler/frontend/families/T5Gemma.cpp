// SPDX-License-Identifier: Apache-2.0
//
// T5Gemma: Gemma 2 as encoder and as decoder, with cross-attention without positions. vocab_size of
// the whole model counts, whatever the sides say.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/GemmaStack.h"
#include "compiler/frontend/families/Generation.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

const GemmaTraits gemma2{.pattern = 2,
                         .all = {},
                         .windowed = {},
                         .softCap = 50.0,
                         .logitsCap = 30.0,
                         .hasHeadNorms = false,
                         .isMerged = false,
                         .isWindowWhole = false};

} // namespace

FamilyResult describeT5Gemma(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  config.markRead("classifier_dropout_rate"); // of training
  static const auto none = nlohmann::ordered_json::object();
  const auto &encoderJson = gemmaSideOf(config, "encoder", none);
  const auto &decoderJson = gemmaSideOf(config, "decoder", encoderJson);
  JsonFields encoder(encoderJson, config.where("encoder"));
  JsonFields decoder(decoderJson, config.where("decoder"));
  // Of both sides the model says itself which is a decoder, and how wide its memory is.
  refuseUnsupportedFields(encoder, ConfigRole::Target, gemmaFields);
  refuseUnsupportedFields(decoder, ConfigRole::Target, gemmaFields);
  for (JsonFields *side : {&encoder, &decoder})
    for (const char *key : {"is_decoder", "cross_attention_hidden_size", "final_logit_softcapping",
                            "tie_word_embeddings"})
      side->markRead(key);

  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  std::string prefix = modelPrefix(input.checkpoint);
  description.source = gemmaStack({encoder, prefix + "encoder.", 0, gemma2}, result);
  description.target =
      gemmaStack({decoder, prefix + "decoder.", description.source.hiddenSize, gemma2}, result);
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
  description.logits.softCap = softCapField(decoder, "final_logit_softcapping", gemma2.logitsCap);

  setGemmaIds(decoder, result);
  for (JsonFields *side : {&encoder, &decoder}) {
    markGenerationFields(*side);
    warnUnknownFields(*side, input.warnings);
  }
  return result;
}

} // namespace transept::frontend
