// SPDX-License-Identifier: Apache-2.0
//
// The dialect's words for what a description chooses among.

#ifndef TRANSEPT_COMPILER_FRONTEND_BUILDER_DIALECTKINDS_H
#define TRANSEPT_COMPILER_FRONTEND_BUILDER_DIALECTKINDS_H

#include "compiler/frontend/description/Description.h"
#include "dialects/Transept/Transept.h"

namespace transept::frontend {

inline ActivationKind kindOf(Activation activation) {
  switch (activation) {
  case Activation::Relu:
    return ActivationKind::Relu;
  case Activation::Gelu:
    return ActivationKind::Gelu;
  case Activation::GeluTanh:
    return ActivationKind::GeluTanh;
  case Activation::Silu:
    return ActivationKind::Silu;
  case Activation::Sigmoid:
    return ActivationKind::Sigmoid;
  case Activation::Tanh:
    return ActivationKind::Tanh;
  case Activation::Asinh:
    return ActivationKind::Asinh;
  }
  llvm_unreachable("unknown activation");
}

inline SinusoidKind sinusoidOf(PositionKind kind) {
  switch (kind) {
  case PositionKind::SinusoidalHalvesInclusive:
    return SinusoidKind::HalvesInclusive;
  case PositionKind::SinusoidalInterleaved:
    return SinusoidKind::Interleaved;
  default:
    return SinusoidKind::Halves;
  }
}

} // namespace transept::frontend

#endif
