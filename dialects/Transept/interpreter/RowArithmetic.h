// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of rows that several ops share, because fusion puts it into one op or leaves it in
// many.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_ROWARITHMETIC_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_ROWARITHMETIC_H

#include "dialects/Transept/Transept.h"
#include "dialects/Transept/interpreter/Tensor.h"

namespace transept {

double activate(ActivationKind kind, double x);

/// rows weight^T + bias; weight is [outputs, inputs], `bias` may be null.
Tensor multiply(const Tensor &rows, const Tensor &weight, const Tensor *bias);

/// Each row normalized, times `gain`, plus `bias`; both may be null.
Tensor normalize(const Tensor &rows, NormKind kind, double epsilon, const Tensor *gain,
                 const Tensor *bias);

} // namespace transept

#endif
