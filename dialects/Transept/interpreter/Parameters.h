// SPDX-License-Identifier: Apache-2.0
//
// Where the interpreter gets the values of `transept.parameter` from: a checkpoint, a test's
// numbers, or a random generator.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_PARAMETERS_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_PARAMETERS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace transept {

/// What a `transept.parameter` asks for: rows [rowBegin, rowBegin + shape[0]) of the stored tensor,
/// counted after its two dimensions were exchanged if isTransposed.
struct ParameterRequest {
  llvm::StringRef name;
  bool isTransposed = false;
  int64_t rowBegin = 0;
  std::vector<int64_t> shape;
};

/// Answers with the requested elements, row-major.
using ParameterSource = std::function<llvm::Expected<std::vector<float>>(const ParameterRequest &)>;

/// A tensor as a checkpoint stores it.
struct StoredTensor {
  std::vector<int64_t> shape;
  llvm::ArrayRef<float> values;
};

/// Takes out of `stored` what `request` asks for, or says why that is impossible.
llvm::Expected<std::vector<float>> selectParameter(const StoredTensor &stored,
                                                   const ParameterRequest &request);

/// Independent uniform numbers in [-1/2, 1/2). An element depends only on the seed, the stored
/// tensor's name and the element's place in it, so that requests that overlap agree.
ParameterSource randomParameters(uint64_t seed);

} // namespace transept

#endif
