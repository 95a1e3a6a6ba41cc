// SPDX-License-Identifier: Apache-2.0
//
// Computes weight expressions from checkpoint tensors, a few rows at a time, so that compiling
// never holds a second copy of a large weight.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_WEIGHTEVALUATOR_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_WEIGHTEVALUATOR_H

#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace transept::emit {

/// Fills `out` with rows [begin, begin + count) of the checkpoint's tensor `name`, seen as
/// `columns` wide (transposed first when `isTransposed`).
struct ParameterRows {
  std::string name;
  bool isTransposed;
  bool isVector; // asked for as a vector, which may be stored with dimensions of 1 before it
  int64_t begin, count, rows, columns;
};
using ParameterReader = std::function<void(const ParameterRows &rows, float *out)>;

class WeightEvaluator {
public:
  explicit WeightEvaluator(ParameterReader reader) : reader(std::move(reader)) {}

  /// Writes rows [begin, begin + count) of `value`, a matrix [rows, columns] or a vector (columns
  /// 1), in double precision: expressions are rounded to f32 once, when they are packed.
  void rows(mlir::Value value, int64_t begin, int64_t count, double *out);

  /// All of a vector.
  std::vector<double> vector(mlir::Value value);

private:
  ParameterReader reader;
};

/// Calls `visit` with all rows that each parameter of the module takes.
void forEachParameter(mlir::ModuleOp module,
                      const std::function<void(const ParameterRows &)> &visit);

/// Rows and columns of a weight's type; a vector has one column.
int64_t weightRows(mlir::Value value);
int64_t weightColumns(mlir::Value value);

} // namespace transept::emit

#endif
