// SPDX-License-Identifier: Apache-2.0
//
// The FastConformer encoder (Rekesh et al. 2023), which models of speech of several families have.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_FASTCONFORMER_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_FASTCONFORMER_H

#include "compiler/frontend/families/Families.h"

#include <functional>
#include <string>

namespace transept::frontend {

/// What a family's configuration class sets where the file does not, and how its files call the
/// modules.
struct FastConformerTraits {
  int64_t layers = 24, hidden = 1024, intermediate = 4096, mels = 80;
  bool isScaled = true;
  /// From the class's name of a tensor or module, "encoder.layers.{layer}.conv.norm", to the
  /// stored one.
  std::function<std::string(const std::string &)> stored;

  /// The stored name of a module of each layer, and a product that is one.
  std::string ofLayer(const std::string &name) const;
  Linear product(const std::string &name, int64_t inputs, int64_t outputs, bool isBiased) const;
};

/// The encoder, and the tensors that are rightly not used. Reads all fields of `config`, the
/// object encoder_config, and warns about those that are unknown.
Stack fastConformer(JsonFields &config, const FastConformerTraits &traits, FamilyInput &input,
                    FamilyResult &result);

/// What turns mels into rows of `hidden` numbers.
Features fastConformerStem(JsonFields &config, const FastConformerTraits &traits, int64_t hidden);

/// The convolution of a layer.
RowMixer fastConformerMixer(JsonFields &config, const FastConformerTraits &traits, int64_t hidden);

} // namespace transept::frontend

#endif
