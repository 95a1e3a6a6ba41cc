// SPDX-License-Identifier: Apache-2.0
//
// A stored tensor as a matrix of floats, wherever its elements lie: views of transposed or cut
// tensors are read in place.

#ifndef TRANSEPT_CHECKPOINTS_STRIDEDMATRIX_H
#define TRANSEPT_CHECKPOINTS_STRIDEDMATRIX_H

#include "checkpoints/TensorInfo.h"

namespace transept::checkpoints {

/// Rows and columns are those of TensorInfo::rowCount and columnCount. Keeps a reference.
class StridedMatrix {
public:
  explicit StridedMatrix(const TensorInfo &info);

  /// out.size() elements of a row, from its first.
  void readRow(int64_t row, std::span<float> out) const;
  /// out.size() elements of a column, from row `firstRow`.
  void readColumn(int64_t column, int64_t firstRow, std::span<float> out) const;

private:
  struct Dimension {
    int64_t size = 1, stride = 1; // in elements
  };

  /// From the first element of a row to the one of this column.
  int64_t columnOffset(int64_t column) const;
  const std::byte *at(int64_t offset) const;

  const TensorInfo &info;
  int64_t rowStride = 0;
  std::vector<Dimension> columns; // those that make up a row, outermost first; at least one
};

} // namespace transept::checkpoints

#endif
