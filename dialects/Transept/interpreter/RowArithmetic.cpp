// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of rows that several ops share.

#include "dialects/Transept/interpreter/RowArithmetic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace transept;

double transept::activate(ActivationKind kind, double x) {
  switch (kind) {
  case ActivationKind::Relu:
    return std::max(x, 0.0);
  case ActivationKind::Gelu:
    return x * (1 + std::erf(x / std::numbers::sqrt2)) / 2;
  case ActivationKind::GeluTanh:
    return x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))) / 2;
  case ActivationKind::Silu:
    return x / (1 + std::exp(-x));
  case ActivationKind::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case ActivationKind::Tanh:
    return std::tanh(x);
  case ActivationKind::Asinh:
    return std::asinh(x);
  }
  llvm_unreachable("every activation has its formula above");
}

Tensor transept::multiply(const Tensor &rows, const Tensor &weight, const Tensor *bias) {
  Tensor result({rows.rowCount(), weight.rowCount()});
  for (int64_t i = 0; i < rows.rowCount(); ++i)
    for (int64_t j = 0; j < weight.rowCount(); ++j) {
      const std::span<const double> x = rows.row(i), w = weight.row(j);
      double sum = bias ? bias->values[j] : 0;
      for (size_t k = 0; k < x.size(); ++k)
        sum += x[k] * w[k];
      result.row(i)[j] = sum;
    }
  return result;
}

Tensor transept::normalize(const Tensor &rows, NormKind kind, double epsilon, const Tensor *gain,
                           const Tensor *bias) {
  Tensor result({rows.rowCount(), rows.width()});
  for (int64_t i = 0; i < rows.rowCount(); ++i) {
    double mean = 0;
    if (kind == NormKind::Layer) {
      for (double x : rows.row(i))
        mean += x;
      mean /= rows.width();
    }
    double variance = 0; // around the mean for layer norm, around 0 for RMS norm
    for (double x : rows.row(i))
      variance += (x - mean) * (x - mean);
    variance /= rows.width();
    for (int64_t j = 0; j < rows.width(); ++j) {
      double normalized = (rows.row(i)[j] - mean) / std::sqrt(variance + epsilon);
      result.row(i)[j] = normalized * (gain ? gain->values[j] : 1) + (bias ? bias->values[j] : 0);
    }
  }
  return result;
}
