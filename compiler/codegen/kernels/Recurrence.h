// SPDX-License-Identifier: Apache-2.0
//
// The kernel that carries a state along each sequence. Its operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_RECURRENCE_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_RECURRENCE_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

/// output[t] = gate[t] * output[t - 1] + (1 - gate[t]) * value[t]. Strides count floats.
struct RecurrenceShape {
  int64_t width = 0;
  int64_t gateStride = 0, valueStride = 0, outputStride = 0;
  /// Sequences go on from the last state in the self cache's pages, and store theirs behind it.
  bool hasPast = false;

  bool operator==(const RecurrenceShape &) const = default;
  std::string name() const;
};
Kernel<RecurrenceOperands> recurrenceKernel(KernelBuilder &kernel, const RecurrenceShape &shape);

} // namespace transept::codegen

#endif
