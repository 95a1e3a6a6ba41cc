// SPDX-License-Identifier: Apache-2.0
//
// What the reference interpreter computes with: row-major doubles and their shape.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_TENSOR_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_TENSOR_H

#include <cstdint>
#include <span>
#include <vector>

namespace transept {

/// A vector or a matrix of doubles. A vector reads as a matrix of one row.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<double> values;

  Tensor() = default;
  /// Filled with zeros.
  explicit Tensor(std::vector<int64_t> shape);
  Tensor(std::vector<int64_t> shape, std::vector<double> values);

  int64_t rowCount() const { return shape.size() == 1 ? 1 : shape.front(); }
  int64_t width() const { return shape.back(); }
  std::span<double> row(int64_t index) {
    return {values.data() + index * width(), size_t(width())};
  }
  std::span<const double> row(int64_t index) const {
    return {values.data() + index * width(), size_t(width())};
  }

  bool operator==(const Tensor &) const = default;
};

} // namespace transept

#endif
