// SPDX-License-Identifier: Apache-2.0
//
// Vectors may be stored with dimensions of 1 before them, and matrices with more dimensions behind
// the first (convolutions); the number of rows is a part's own.

#include "compiler/emit/ParameterShapes.h"

#include "base/Error.h"

#include <algorithm>
#include <fmt/format.h>

namespace transept::emit {

namespace {

bool fits(const ParameterRows &rows, const checkpoints::TensorInfo &stored) {
  int64_t end = rows.begin + rows.count;
  if (rows.isVector) {
    const std::vector<int64_t> &shape = stored.shape;
    return !shape.empty() && end <= shape.back() &&
           std::all_of(shape.begin(), shape.end() - 1, [](int64_t size) { return size == 1; });
  }
  if (stored.shape.size() < 2 || (rows.isTransposed && stored.shape.size() != 2))
    return false;
  checkpoints::MatrixShape shape{stored.rowCount(), stored.columnCount()};
  if (rows.isTransposed)
    std::swap(shape.rows, shape.columns);
  return rows.columns == shape.columns && end <= shape.rows;
}

} // namespace

void checkParameter(const ParameterRows &rows, const checkpoints::TensorInfo &stored) {
  if (fits(rows, stored))
    return;
  std::vector<int64_t> wanted = {rows.rows};
  if (!rows.isVector)
    wanted.insert(rows.isTransposed ? wanted.begin() : wanted.end(), rows.columns);
  throw InputError(fmt::format("{}: tensor '{}' has shape {}, but the model reads rows {} to {} of "
                               "{}",
                               stored.file, stored.name, checkpoints::formatShape(stored.shape),
                               rows.begin, rows.begin + rows.count - 1,
                               checkpoints::formatShape(wanted)));
}

void checkParameters(mlir::ModuleOp module, const checkpoints::Checkpoint &checkpoint) {
  forEachParameter(
      module, [&](const ParameterRows &rows) { checkParameter(rows, checkpoint.at(rows.name)); });
}

} // namespace transept::emit
