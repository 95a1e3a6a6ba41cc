// SPDX-License-Identifier: Apache-2.0
//
// What the tokens of a result looked at in its source: cross-attention weights with the tokens'
// texts beside them, as JSON or as a picture.

#ifndef TRANSEPT_WORKBENCH_ALIGNMENT_ATTENTIONREPORT_H
#define TRANSEPT_WORKBENCH_ALIGNMENT_ATTENTIONREPORT_H

#include "media/tokenizers/Tokenizer.h"
#include "workbench/alignment/AlignmentPlot.h"

#include "transept/model.h"

#include <nlohmann/json_fwd.hpp>

namespace transept::workbench {

/// Cross-attention layers and what of each: some of its heads, or all of them averaged.
struct AttentionChoice {
  std::vector<size_t> layers;
  /// Empty: the mean over all heads. Ascending, as the layers.
  std::vector<size_t> heads;
};

/// One matrix of weights, [produced tokens, source tokens].
struct AttentionMatrix {
  size_t layer = 0;
  std::optional<size_t> head; // none: the mean over the heads
  std::vector<float> weights;
};

struct AttentionReport {
  std::vector<std::string> sourceTokens, targetTokens;
  std::vector<AttentionMatrix> matrices;

  nlohmann::ordered_json toJson() const;
  /// The mean of the matrices.
  AlignmentPlot toPlot() const;
};

/// Runs the decoder once over all of a result. `given` counts its first ids that were not produced
/// (decoder start and prompt). `tokenizer` may be null: then ids stand for themselves. Sources
/// without ids have the numbers of the encoder's positions as tokens.
AttentionReport reportAttention(const Model &model, const Source &source, const Sequence &sequence,
                                size_t given, const AttentionChoice &choice,
                                const text::Tokenizer *tokenizer);

} // namespace transept::workbench

#endif
