// SPDX-License-Identifier: Apache-2.0
//
// What every reader of weight files owes of each tensor that it finds in whatever bytes.

#ifndef TRANSEPT_TESTS_FUZZ_READTENSOR_H
#define TRANSEPT_TESTS_FUZZ_READTENSOR_H

#include "checkpoints/StridedMatrix.h"

#include <span>
#include <stdexcept>
#include <vector>

namespace transept::tests {

/// Throws std::logic_error where `tensor` lies outside of the file's bytes or its shape does not
/// fit its elements; reads all rows and columns of small weights.
inline void readTensor(const checkpoints::TensorInfo &tensor, std::span<const std::byte> file) {
  if (tensor.data.data() < file.data() ||
      tensor.data.data() + tensor.data.size() > file.data() + file.size())
    throw std::logic_error("a tensor lies outside the file: " + tensor.name);
  if (tensor.elementCount() == 0)
    return;
  if (tensor.rowCount() * tensor.columnCount() != tensor.elementCount())
    throw std::logic_error("a shape does not fit its elements: " + tensor.name);
  if (tensor.elementCount() >= 10'000 || !tensor.isWeight())
    return;
  for (int64_t row = 0; row < int64_t(tensor.rowDivisors.size() / sizeof(float)); ++row)
    if (row >= tensor.rowCount() || !(tensor.rowDivisor(row) > 0))
      throw std::logic_error("divisors do not fit the rows: " + tensor.name);
  checkpoints::StridedMatrix matrix(tensor);
  std::vector<float> row(size_t(tensor.columnCount())), column(size_t(tensor.rowCount()));
  for (int64_t index = 0; index < tensor.rowCount(); ++index)
    matrix.readRow(index, row);
  for (int64_t index = 0; index < tensor.columnCount(); ++index)
    matrix.readColumn(index, 0, column);
}

} // namespace transept::tests

#endif
