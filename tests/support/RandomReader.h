// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's random parameters for the emitter, so that libraries have the weights that the
// interpreter runs with.

#ifndef TRANSEPT_TESTS_SUPPORT_RANDOMREADER_H
#define TRANSEPT_TESTS_SUPPORT_RANDOMREADER_H

#include "compiler/emit/weights/WeightEvaluator.h"
#include "dialects/Transept/interpreter/Parameters.h"

#include <algorithm>

namespace transept::testing {

inline emit::ParameterReader randomReader(uint64_t seed) {
  return [source = randomParameters(seed)](const emit::ParameterRows &rows, float *out) {
    ParameterRequest request{rows.name, rows.isTransposed, rows.begin, {rows.count}};
    if (!rows.isVector)
      request.shape.push_back(rows.columns);
    std::vector<float> values = llvm::cantFail(source(request));
    std::copy(values.begin(), values.end(), out);
  };
}

} // namespace transept::testing

#endif
