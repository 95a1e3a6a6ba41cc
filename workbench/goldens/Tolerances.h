// SPDX-License-Identifier: Apache-2.0
//
// How far a library's outputs may be from recorded ones: what the number types of its weights and
// caches explain, and no more. docs/number-types.md has the derivation.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_TOLERANCES_H
#define TRANSEPT_WORKBENCH_GOLDENS_TOLERANCES_H

#include "transept/model.h"

#include <string>

namespace transept::workbench {

/// Shares of an output's largest magnitude.
struct Tolerances {
  std::string weights = "f32", caches = "f32";
  double encoderStates = 2e-4;
  /// Logits, and states of the target side.
  double targetOutputs = 2e-4;
  double attention = 2e-4;

  /// Whether generated ids and scores must be the recorded ones. Rounded numbers may prefer another
  /// id where two are about as good; one other id then changes all that follow.
  bool expectsIds() const { return weights == "f32" && caches == "f32"; }
};

/// As the manifest tells types and depth. Throws InputError for a type that is not known.
Tolerances tolerancesOf(const Model &model);

} // namespace transept::workbench

#endif
