// SPDX-License-Identifier: Apache-2.0
//
// A model of CTranslate2 as the configuration that the same model has in transformers, so that the
// families describe it as they describe that.

#ifndef TRANSEPT_COMPILER_FRONTEND_CTRANSLATE2_CTRANSLATE2MODEL_H
#define TRANSEPT_COMPILER_FRONTEND_CTRANSLATE2_CTRANSLATE2MODEL_H

#include "compiler/frontend/families/Families.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

constexpr const char *ctranslate2File = "model.bin";

/// Whether a directory holds CTranslate2's model.bin, of any version.
bool isCTranslate2Model(const std::string &directory);

/// config.json and generation_config.json of transformers.
struct CTranslate2Model {
  nlohmann::ordered_json config, generation;
  /// The target begins with zeros in place of its first token's embedding.
  bool isFirstZero = false;
  /// The family whose tokenizer it has, where that is not the model's own.
  std::string tokenizerFamily;
};

/// Reads config.json, the vocabulary and, where it is there, generation_config.json beside the
/// weights `checkpoint`; without it, a search is as CTranslate2's functions do it by default.
/// Throws InputError for other models than those whose mathematics the families have.
CTranslate2Model readCTranslate2Model(const std::string &directory,
                                      const checkpoints::Checkpoint &checkpoint,
                                      std::vector<std::string> &warnings);

/// What the configuration cannot say, in what its family made of it. Throws InputError for tensors
/// that the family does not use.
void finishCTranslate2Model(const CTranslate2Model &model,
                            const checkpoints::Checkpoint &checkpoint, FamilyResult &result);

} // namespace transept::frontend

#endif
