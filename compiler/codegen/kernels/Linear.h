// SPDX-License-Identifier: Apache-2.0
//
// The linear layer: normalization before, product, bias, activation, gate and residual after.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_LINEAR_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_LINEAR_H

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/strategy/LinearStrategy.h"

namespace transept::codegen {

/// Everything that makes one linear kernel differ from another. Strides count floats.
struct LinearShape {
  int64_t depth = 0;
  int64_t outputs = 0;
  int64_t inputStride = 0, outputStride = 0, residualStride = 0, normalizedStride = 0;
  bool hasBias = false, isGated = false, hasResidual = false, storesNormalized = false;
  std::optional<NormShape> norm;
  std::optional<ActivationKind> activation;
  LinearStrategy strategy;

  std::string name() const;
};

/// The kernel (input, weights, bias, gain, shift, residual, output, normalized, row count, scratch,
/// worker, worker count), the last two i64. Weights are packed in panels [panel][depth][panel
/// width], gate and value panels in turn when gated, bias alike; unused pointers are null.
mlir::func::FuncOp linearKernel(KernelBuilder &kernel, const LinearShape &shape);

/// Bytes of scratch that one worker needs.
int64_t linearScratchBytes(const LinearShape &shape, const Target &target);

/// Emits what puts rows into the order of a product: normalizes `rows` rows into `staging`
/// ([tile rows][rounded width]) if there is a norm, then packs them.
void emitPrepareRows(KernelBuilder &kernel, const std::optional<NormShape> &norm, int64_t depth,
                     Expression rows, Expression input, int64_t inputStride, Expression gain,
                     Expression shift, Expression staging, Expression packed);
int64_t stagingStride(int64_t depth);

} // namespace transept::codegen

#endif
