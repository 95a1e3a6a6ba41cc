// SPDX-License-Identifier: Apache-2.0
//
// Normalization of sequences as a whole, in two passes over their rows.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_SEQUENCENORM_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_SEQUENCENORM_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

/// measures[row] = mean and variance of a row. Strides count floats.
struct MeasureRowsShape {
  int64_t width = 0, inputStride = 0, measureStride = 0;

  bool operator==(const MeasureRowsShape &) const = default;
};
Kernel<MeasureRowsOperands> measureRowsKernel(KernelBuilder &kernel, const MeasureRowsShape &shape);

/// Each sequence to mean 0 and variance 1, then gain and shift, from the measures of its rows.
struct SequenceNormShape {
  int64_t width = 0, inputStride = 0, measureStride = 0, outputStride = 0;
  double epsilon = 0;
  bool hasGain = false, hasShift = false;
  /// All rows are one sequence.
  bool isOne = false;

  bool operator==(const SequenceNormShape &) const = default;
  std::string name() const;
};
Kernel<SequenceNormOperands> sequenceNormKernel(KernelBuilder &kernel,
                                                const SequenceNormShape &shape);

} // namespace transept::codegen

#endif
