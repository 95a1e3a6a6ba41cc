// SPDX-License-Identifier: Apache-2.0
//
// One view of both normalizations, for passes that treat them alike.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_NORMS_H
#define TRANSEPT_COMPILER_TRANSFORMS_NORMS_H

#include "dialects/Transept/Transept.h"

namespace transept {

/// The parts of a layer_norm or rms_norm; null where absent.
struct NormParts {
  mlir::Operation *op = nullptr;
  mlir::Value input, gain, bias;
  NormKind kind = NormKind::Layer;
  mlir::FloatAttr epsilon;

  explicit operator bool() const { return op; }
  mlir::Value result() const { return op->getResult(0); }
  /// The norm as the attribute of an op that it is fused into; gain and bias are operands there.
  NormAttr attribute() const { return NormAttr::get(op->getContext(), kind, epsilon); }
  /// Replaces gain and bias in place; null removes.
  void setGainAndBias(mlir::Value newGain, mlir::Value newBias);
};

/// `op` as a norm; empty if it is none.
NormParts matchNorm(mlir::Operation *op);

} // namespace transept

#endif
