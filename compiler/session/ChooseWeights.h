// SPDX-License-Identifier: Apache-2.0
//
// `--weights auto`: the fastest type of weights that loses no more accuracy than allowed.

#ifndef TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H
#define TRANSEPT_COMPILER_SESSION_CHOOSEWEIGHTS_H

#include "compiler/emit/LibraryFiles.h"
#include "transept/compiler.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace transept::session {

/// A library whose files are complete, but not yet finished.
struct BuiltLibrary {
  std::string name; // of the model
  emit::LibraryFiles files;
};

struct WeightChoice {
  std::string weights;
  /// The library of these weights; nothing where only a type was chosen, because more than a
  /// library is asked for.
  std::optional<BuiltLibrary> library;
  std::vector<WeightLoss> losses; // in the order of speed, up to the one that is taken
};

/// Compiles f32 and then type after type by `build` until one loses no more than
/// `options.accuracyLoss`. Throws Error where this machine cannot run the level that is measured.
WeightChoice chooseWeights(const CompileOptions &options,
                           const std::function<BuiltLibrary(const CompileOptions &)> &build);

} // namespace transept::session

#endif
