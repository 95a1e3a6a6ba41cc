// SPDX-License-Identifier: Apache-2.0
//
// Classes whose name ends in ForSequenceClassification: what stands in place of the vocabulary.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_CLASSIFICATION_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_CLASSIFICATION_H

#include "compiler/frontend/families/Families.h"

namespace transept::frontend {

bool isClassifier(JsonFields &config);

struct ClassifierTraits {
  int64_t labelCount; // where config.json names no labels
  int64_t endId;      // where it has no eos_token_id
  /// Begins the target; absent: the source's last id does.
  std::optional<int64_t> startId;
};

/// Fills in `result`'s classifier and logits: two linear layers, tanh between them, on the target's
/// states.
void describeClassifier(JsonFields &config, const ClassifierTraits &traits, FamilyResult &result);

} // namespace transept::frontend

#endif
