// SPDX-License-Identifier: Apache-2.0
//
// A row is read in runs: elements along its innermost dimension, all the same way apart.

#include "checkpoints/StridedMatrix.h"

#include "checkpoints/FloatConversion.h"

#include <algorithm>

namespace transept::checkpoints {

StridedMatrix::StridedMatrix(const TensorInfo &info) : info(info) {
  size_t first = info.rowDimension() + 1;
  if (info.strides.empty()) {
    rowStride = info.columnCount();
    columns.push_back({rowStride, 1});
    return;
  }
  rowStride = info.strides[first - 1];
  for (size_t dimension = first; dimension < info.shape.size(); ++dimension) {
    Dimension next{info.shape[dimension], info.strides[dimension]};
    // Dimensions that continue each other are one, with longer runs.
    if (!columns.empty() && columns.back().stride == next.size * next.stride)
      columns.back() = {columns.back().size * next.size, next.stride};
    else if (next.size != 1)
      columns.push_back(next);
  }
  if (columns.empty())
    columns.push_back({});
}

const std::byte *StridedMatrix::at(int64_t offset) const {
  return info.data.data() + offset * elementSize(info.type);
}

int64_t StridedMatrix::columnOffset(int64_t column) const {
  int64_t offset = 0;
  for (auto dimension = columns.rbegin(); dimension != columns.rend(); ++dimension) {
    offset += column % dimension->size * dimension->stride;
    column /= dimension->size;
  }
  return offset;
}

void StridedMatrix::readRow(int64_t row, std::span<float> out) const {
  auto run = size_t(columns.back().size);
  for (size_t begin = 0; begin < out.size(); begin += run)
    convertToFloat(info.type, at(row * rowStride + columnOffset(int64_t(begin))),
                   out.subspan(begin, std::min(run, out.size() - begin)), columns.back().stride);
}

void StridedMatrix::readColumn(int64_t column, int64_t firstRow, std::span<float> out) const {
  convertToFloat(info.type, at(firstRow * rowStride + columnOffset(column)), out, rowStride);
}

} // namespace transept::checkpoints
