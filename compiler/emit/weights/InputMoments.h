// SPDX-License-Identifier: Apache-2.0
//
// What a linear layer's inputs look like, as far as rounding its weights asks: which of them are
// large, and which go together.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_INPUTMOMENTS_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_INPUTMOMENTS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace transept::emit {

/// The sum of x x^T over rows x: half the Hessian of a linear layer's squared error by the weights
/// of any of its outputs.
class InputMoments {
public:
  explicit InputMoments(int64_t width);

  /// `row` has width() numbers, all finite.
  void add(const float *row);

  int64_t width() const { return inputs; }
  int64_t rowCount() const { return rows; }
  /// The sum of x_i x_j, j <= i. Valid after finish().
  double at(int64_t i, int64_t j) const { return sums[size_t(i * stride + j)]; }
  /// Adds up what add() left for later.
  void finish();

private:
  int64_t inputs, stride; // the inputs, filled up to whole blocks of sums
  int64_t rows = 0, waitingRows = 0;
  std::vector<double> sums;   // [stride][stride], where j <= i
  std::vector<float> waiting; // [rows that are added up together][stride]
};

/// Of the weights of a library, by what they are computed from (weightExpression).
using Calibration = std::map<std::string, InputMoments>;

} // namespace transept::emit

#endif
