// SPDX-License-Identifier: Apache-2.0
//
// A description compiled to a real library with random weights, beside the interpreter's answers.

#ifndef TRANSEPT_TESTS_NUMERICS_COMPILEDMODEL_H
#define TRANSEPT_TESTS_NUMERICS_COMPILEDMODEL_H

#include "compiler/frontend/Description.h"
#include "dialects/Transept/interpreter/RunModel.h"
#include "transept/model.h"

#include <string>

namespace transept::testing {

/// Which passes run between the staged form and the plan.
enum class Fusion {
  All,
  /// Only what every library needs: norms, residuals, activations get launches of their own.
  Least
};

/// Processors to generate code for that this machine can run.
std::vector<std::string> runnableProcessors();

/// The path of a new library in the test's temporary folder. Throws std::runtime_error.
std::string compileWithRandomWeights(const frontend::Description &description,
                                     const std::string &cpu, Fusion fusion, uint64_t seed);

/// What the interpreter says of the description's graph as imported.
ModelOutputs interpret(const frontend::Description &description, uint64_t seed,
                       const Sequences &sources, const Sequences &targets);

/// `count` sequences of random ids below `vocabularySize`, of the given lengths.
Sequences randomSequences(const std::vector<int64_t> &lengths, int64_t vocabularySize,
                          uint64_t seed);

} // namespace transept::testing

#endif
