// SPDX-License-Identifier: Apache-2.0
//
// TrOCR's decoder as a target: BART's, whose cross-attention may read rows of another width.

#include "compiler/frontend/families/BartStack.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Sides.h"

namespace transept::frontend {

void describeTrocrTarget(Side &side) {
  JsonFields &config = side.config;
  config.markRead("is_decoder"); // its class is a decoder with cross-attention, always
  std::string module = "decoder.model.decoder";
  int64_t hidden = sizeField(config, "d_model", 1024, "hidden_size");
  Stack &stack = side.result.description.target;
  stack = bartStack({.module = module,
                     .side = "decoder",
                     .hidden = hidden,
                     .memory = memoryWidth(side, hidden, CrossWidth::Configured),
                     .isGeneral = true,
                     .hasGeneralLayerCount = true,
                     .activation = activationField(config, "activation_function", "gelu"),
                     .defaults = {12, 4096, 16}},
                    config, side.result);
  Embedding &embedding = stack.embedding;
  embedding.scale = embeddingScale(config, hidden, false);
  int64_t length = sizeField(config, "max_position_embeddings", 512);
  std::string positions = module + ".embed_positions";
  if (config.boolean("use_learned_position_embeddings", true)) {
    embedding.positions = learnedPositions(positions + ".weight", length, /*offset=*/2);
    side.result.unusedTensors.push_back(positions + "._float_tensor");
  } else {
    int64_t first = rowAfterPadding(config, {.decoderStartId = 2, .paddingId = 1});
    embedding.positions =
        sinusoidsAfterPadding(first, length, positions, hidden, side.checkpoint, side.result);
  }
  if (config.boolean("layernorm_embedding", true))
    embedding.norm = layerNorm(module + ".layernorm_embedding");
  setBartTargetWords(side, module, "decoder.output_projection.weight", hidden, length);
}

} // namespace transept::frontend
