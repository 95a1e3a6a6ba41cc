// SPDX-License-Identifier: Apache-2.0
//
// mBART's decoder as a target: as in the whole model, but for where its head is.

#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Sides.h"

namespace transept::frontend {

void describeMbartTarget(Side &side) {
  JsonFields &config = side.config;
  config.markRead("is_decoder"); // its class is a decoder with cross-attention, always
  const std::string module = "decoder.model.decoder";
  int64_t hidden = sizeField(config, "d_model", 1024, "hidden_size");
  Stack &stack = side.result.description.target;
  stack = bartStack({.module = module,
                     .side = "decoder",
                     .hidden = hidden,
                     .memory = memoryWidth(side, hidden, CrossWidth::Hidden),
                     .placement = NormPlacement::Pre,
                     .hasFinalNorm = true,
                     .activation = activationField(config, "activation_function", "gelu"),
                     .defaults = {12, 4096, 16}},
                    config, side.result);
  // Of an encoder that this class does not have.
  for (const char *key : {"encoder_layers", "encoder_attention_heads", "encoder_ffn_dim"})
    config.markRead(key);
  Embedding &embedding = stack.embedding;
  embedding.scale = embeddingScale(config, hidden, false);
  int64_t length = sizeField(config, "max_position_embeddings", 1024);
  embedding.positions = learnedPositions(module + ".embed_positions.weight", length, /*offset=*/2);
  embedding.norm = layerNorm(module + ".layernorm_embedding");
  setBartTargetWords(side, module, "decoder.lm_head.weight", hidden, length);
}

} // namespace transept::frontend
