// SPDX-License-Identifier: Apache-2.0
//
// Which embeddings BART and its relatives share, and what the logits are made of.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTWORDS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_BARTWORDS_H

#include "compiler/frontend/families/BartTraits.h"

namespace transept::frontend {

struct BartModel {
  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const BartTraits &traits;
  const std::string &prefix; // of the names of both sides' tensors
  int64_t hidden;
};

/// Sets vocabularies, embeddings and head of a description that has its stacks. Throws InputError.
void describeBartWords(const BartModel &model, FamilyResult &result);

} // namespace transept::frontend

#endif
