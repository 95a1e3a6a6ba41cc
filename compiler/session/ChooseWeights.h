// SPDX-License-Identifier: Apache-2.0
//
// `--weights auto`: the fastest type of weights that loses no more accuracy than allowed.

#ifndef TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H
#define TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H

#include "transept/compiler.h"

#include <functional>
#include <string>
#include <vector>

namespace transept::session {

struct WeightChoice {
  std::string weights;
  /// Of the model whose library is the output; empty where only a type was chosen, because more
  /// than a library is asked for.
  std::string name;
  std::vector<WeightLoss> losses; // in the order of speed, up to the one that is taken
};

/// Compiles f32 and then type after type into a folder beside the output until one loses no more
/// than `options.accuracyLoss`, and removes the folder. Unless something is wanted beside the
/// library, that one's files become the output. `build` writes a library and returns its model's
/// name. Throws Error where this machine cannot run the level that is measured.
WeightChoice chooseWeights(const CompileOptions &options,
                           const std::function<std::string(const CompileOptions &)> &build);

} // namespace transept::session

#endif
