// SPDX-License-Identifier: Apache-2.0
//
// The layers that BART and all its relatives share; what stands before them (embeddings, positions)
// is the family's.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTSTACK_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTSTACK_H

#include "compiler/frontend/families/Parts.h"

namespace transept::frontend {

/// What the configuration class sets for one side.
struct SideDefaults {
  int64_t layers, feedForward, heads;
};

struct BartSide {
  std::string module; // "model.encoder"
  std::string side;   // "encoder" or "decoder": begins the names of the config fields
  int64_t hidden = 0; // d_model
  std::string hiddenKey = "d_model";
  int64_t memory = 0;                // width of the source states; 0 on the source side
  bool isGeneral = false;            // num_attention_heads is this side's
  bool hasGeneralLayerCount = false; // so is num_hidden_layers, which other classes only write
  NormPlacement placement = NormPlacement::Post;
  bool hasFinalNorm = false;
  bool hasKeyBias = true;
  Activation activation = Activation::Gelu;
  SideDefaults defaults;
};

/// Reads <side>_layers, <side>_attention_heads and <side>_ffn_dim. All but the embedding is set.
Stack bartStack(const BartSide &side, JsonFields &config, FamilyResult &result);

/// sqrt(d_model) where scale_embedding says so.
double embeddingScale(JsonFields &config, int64_t hidden, bool fallback);

} // namespace transept::frontend

#endif
