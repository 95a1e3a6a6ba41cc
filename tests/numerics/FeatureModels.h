// SPDX-License-Identifier: Apache-2.0
//
// Encoders given as text, of ids or of rows of features, compiled beside the interpreter.

#ifndef TRANSEPT_TESTS_NUMERICS_FEATUREMODELS_H
#define TRANSEPT_TESTS_NUMERICS_FEATUREMODELS_H

#include "tests/numerics/CompiledModel.h"

namespace transept::testing {

class ModelsOfRows : public ProcessorAndType {
protected:
  void compareWithInterpreter(const std::string &text, const std::vector<int64_t> &lengths,
                              Fusion fusion = Fusion::All) {
    constexpr uint64_t seed = 13;
    expectStatesOfInterpreter(text, randomSequences(lengths, /*vocabularySize=*/50, seed), seed,
                              fusion);
  }
};

} // namespace transept::testing

#endif
