// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on single rows that several kernels share: normalization and activations.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWMATH_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWMATH_H

#include "compiler/codegen/kernels/KernelBuilder.h"
#include "dialects/Transept/Transept.h"

#include <optional>

namespace transept::codegen {

/// A normalization of rows of `width` numbers, and which of its vectors exist.
struct NormShape {
  NormKind kind = NormKind::Layer;
  double epsilon = 0;
  int64_t width = 0;
  bool hasGain = false;
  bool hasShift = false;

  bool operator==(const NormShape &) const = default;
  std::string name() const;
};

/// Emits a call that writes norm(input) * gain + shift to `output`, both rows of shape.width
/// floats; gain and shift are ignored where the shape lacks them.
void emitNormalizeRow(KernelBuilder &kernel, const NormShape &shape, Expression input,
                      Expression gain, Expression shift, Expression output);

/// sum over a row of `width` floats of term(vector), in four interleaved partial sums so that
/// additions overlap. Lanes beyond the row are zero before `term` and dropped after it.
Expression sumOverRow(KernelBuilder &kernel, int64_t width, Expression row,
                      llvm::function_ref<Expression(Expression)> term);

Expression reciprocalSquareRoot(KernelBuilder &kernel, Expression x);

/// (row of floats, row of bf16): rounds `width` numbers, zeros up to paddedWidth.
mlir::func::FuncOp roundRow(KernelBuilder &kernel, int64_t width, int64_t paddedWidth);

/// Applies the activation to a vector.
Expression emitActivation(KernelBuilder &kernel, ActivationKind kind, Expression x);

/// cap * tanh(x / cap) of a vector.
Expression emitSoftCap(KernelBuilder &kernel, double cap, Expression x);

/// Calls body(column, count) for every vector of a row of `width` numbers: in a loop over the whole
/// ones, then once for the rest. `count` is the number of valid lanes.
void forEachVector(KernelBuilder &kernel, int64_t width,
                   llvm::function_ref<void(Expression column, int64_t count)> body);

/// The numbers [begin, end) of `count` that belong to a worker, in pieces of at least `grain`.
struct Share {
  Expression begin, end;
};
Share shareOf(KernelBuilder &kernel, Expression count, Expression worker, Expression workerCount,
              int64_t grain = 1);

} // namespace transept::codegen

#endif
