// SPDX-License-Identifier: Apache-2.0
//
// The kernel of rotary positions.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ROTARY_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ROTARY_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "dialects/Transept/RotaryFrequencies.h"

namespace transept::codegen {

/// Turns pairs of columns of each head (transept.rotary). Strides count floats.
struct RotaryShape {
  int64_t headCount = 0, headDim = 0, inputStride = 0, outputStride = 0;
  RotaryWaves waves;
  bool isInterleaved = false;

  bool operator==(const RotaryShape &) const = default;
  std::string name() const;
};
Kernel<RotaryOperands> rotaryKernel(KernelBuilder &kernel, const RotaryShape &shape);

} // namespace transept::codegen

#endif
