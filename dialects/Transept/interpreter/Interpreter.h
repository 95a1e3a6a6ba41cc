// SPDX-License-Identifier: Apache-2.0
//
// The reference interpreter: runs functions of the dialect in double precision, op by op, as their
// descriptions say. It shares nothing with the lowering, so that the two can check each other.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_INTERPRETER_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_INTERPRETER_H

#include "dialects/Transept/Transept.h"
#include "dialects/Transept/interpreter/Batch.h"
#include "dialects/Transept/interpreter/Parameters.h"
#include "dialects/Transept/interpreter/ValueObserver.h"
#include "dialects/Transept/interpreter/Values.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace transept {

/// The values of one run. Ops read their operands and bind their results here.
class Frame {
public:
  Frame(const Batch &batch, const ParameterSource &parameters)
      : batch(batch), parameters(parameters) {}

  void bind(mlir::Value value, InterpreterValue result) {
    values.insert_or_assign(value, std::move(result));
  }
  void bindRows(mlir::Value value, Tensor rows) { bind(value, FloatRows{std::move(rows)}); }
  void bindWeight(mlir::Value value, Tensor weight) {
    bind(value, std::make_shared<const Tensor>(std::move(weight)));
  }

  /// What is bound to `value`, which verified IR makes a T.
  template <typename T> const T &get(mlir::Value value) const {
    return std::get<T>(values.find(value)->second);
  }
  const InterpreterValue &get(mlir::Value value) const { return values.find(value)->second; }
  const Tensor &rows(mlir::Value value) const { return get<FloatRows>(value).values; }
  const Tensor &weight(mlir::Value value) const { return *get<Weight>(value); }
  /// For optional operands: null where there is none.
  const Tensor *weightOrNull(mlir::Value value) const { return value ? &weight(value) : nullptr; }

  /// The sequences of the space of `value`, which is rows.
  const SequenceSpace &space(mlir::Value value) const {
    return *batch.find(llvm::cast<RowsType>(value.getType()).getSpace());
  }

  /// A copy: ops that change the number of rows add their spaces.
  Batch batch;
  const ParameterSource &parameters;

private:
  llvm::DenseMap<mlir::Value, InterpreterValue> values;
};

/// Runs functions of one module, which must not change meanwhile: weights are evaluated once and
/// kept.
class Interpreter {
public:
  explicit Interpreter(ParameterSource parameters, ValueObserver observer = {})
      : parameters(std::move(parameters)), observer(std::move(observer)) {}

  /// Runs `function`, one block of verified ops, and returns its results. Fails with an error at
  /// the op that cannot run.
  llvm::FailureOr<std::vector<InterpreterValue>>
  run(mlir::func::FuncOp function, const Batch &batch, std::vector<InterpreterValue> arguments);

private:
  llvm::LogicalResult runOp(mlir::Operation &op, Frame &frame);

  ParameterSource parameters;
  ValueObserver observer;
  llvm::DenseMap<mlir::Value, Weight> weights;
};

} // namespace transept

#endif
