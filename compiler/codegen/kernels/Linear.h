// SPDX-License-Identifier: Apache-2.0
//
// The linear layer: normalization before, product, bias, activation, gate and residual after.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_LINEAR_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_LINEAR_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "compiler/codegen/kernels/PackedProduct.h"
#include "compiler/plan/strategy/LinearStrategy.h"

namespace transept::codegen {

/// Everything that makes one linear kernel differ from another. Strides count floats.
struct LinearShape {
  int64_t depth = 0;
  int64_t outputs = 0;
  /// Products of so many ranges of columns beside each other, each with the next panels of weights
  /// (unless all share those of the first) and biases; depth and outputs are those of one. Only
  /// what is an output is written then, because the next range's lie behind.
  int64_t headCount = 1;
  bool sharesWeight = false;
  int64_t inputStride = 0, outputStride = 0, residualStride = 0, normalizedStride = 0;
  bool hasBias = false, isGated = false, hasResidual = false, storesNormalized = false;
  std::optional<NormShape> norm;
  std::optional<ActivationKind> activation;
  plan::NumberType numbers = plan::NumberType::F32; // of the weights
  LinearStrategy strategy;

  bool operator==(const LinearShape &) const = default;
  std::string name() const;
};

Kernel<LinearOperands> linearKernel(KernelBuilder &kernel, const LinearShape &shape);

/// Bytes of scratch that one worker needs.
int64_t linearScratchBytes(const LinearShape &shape, const Target &target);

} // namespace transept::codegen

#endif
