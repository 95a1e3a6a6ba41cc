// SPDX-License-Identifier: Apache-2.0
//
// What tells BART's relatives apart: where norms stand, which positions, which embeddings are
// shared, and what their configuration classes set when config.json does not.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTTRAITS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTTRAITS_H

#include "compiler/frontend/families/BartStack.h"

#include <string_view>

namespace transept::frontend {

/// Of layernorm_embedding. BeforeTargetPositions: in the target it stands before the positions are
/// added, in the source after.
enum class EmbeddingNorm { None, AfterPositions, BeforeTargetPositions };

/// One embedding for both sides, two where share_encoder_decoder_embeddings is false, or two with
/// vocabularies of their own.
enum class Sharing { Always, Configured, Never };

/// An offset of the row after padding, which depends on pad_token_id.
constexpr int64_t afterPadding = -1;

struct BartTraits {
  std::string_view modelType;
  NormPlacement placement; // pre-norm ones have a final norm as well
  EmbeddingNorm embeddingNorm;
  PositionKind positions;
  int64_t offset;
  Sharing sharing;
  bool hasLogitsBias;
  // Defaults of the configuration class.
  int64_t vocabulary, hidden, length;
  SideDefaults source, target;
  const char *activation;
  bool isScaled;
  SpecialIdDefaults ids;
  /// Of sources that look at windows and global tokens: their positions have a field of their own,
  /// and so have those of targets, of which there are `length`.
  int64_t longSource = 0;
};

/// The row of a model type that is in the table.
const BartTraits &bartTraits(std::string_view modelType);

} // namespace transept::frontend

#endif
