// SPDX-License-Identifier: Apache-2.0
//
// Generated sequences as C sees them.
#ifndef TRANSEPT_RUNTIME_MODEL_RESULTS_H
#define TRANSEPT_RUNTIME_MODEL_RESULTS_H

#include "runtime/decode/Generation.h"

struct transept_results {
  transept::runtime::GeneratedSequences generated;
  std::vector<std::vector<transept_sequence>> views; // into generated
};

namespace transept::runtime {

/// Results as C sees them, to be released.
inline transept_results *viewed(GeneratedSequences &&generated) {
  auto made = std::make_unique<transept_results>();
  made->generated = std::move(generated);
  made->views.reserve(made->generated.size());
  for (const std::vector<GeneratedSequence> &sequences : made->generated) {
    std::vector<transept_sequence> &views = made->views.emplace_back();
    for (const GeneratedSequence &sequence : sequences)
      views.push_back(
          {sequence.ids.data(), sequence.ids.size(), sequence.score, sequence.finishReason});
  }
  return made.release();
}

/// Models that transform features have no target ids.
inline void requireVocabulary(const Engine &engine) {
  if (engine.table.target_vocabulary_size == 0)
    fail(ErrorCode::Unsupported, "this model has no target vocabulary: ",
         engine.table.target_feature_width != 0 ? "use transform"
                                                : "it encodes sources and nothing else");
}

/// Models that score labels have no tokens to generate or score either.
inline void requireTokens(const Engine &engine) {
  requireVocabulary(engine);
  if (engine.table.classifier)
    fail(ErrorCode::Unsupported,
         "this model scores labels in place of a target vocabulary: use classify");
  if (engine.table.target_state_width != 0)
    fail(ErrorCode::Unsupported, "this model gives numbers in place of a target vocabulary: use ",
         engine.table.forecaster ? "forecast" : "logits");
}

} // namespace transept::runtime

#endif
