// SPDX-License-Identifier: Apache-2.0
//
// The reference interpreter: runs functions of the dialect in double precision, op by op.

#include "dialects/Transept/interpreter/Interpreter.h"

using namespace mlir;
using namespace transept;

namespace {

/// Does `value` have the kind and the number of rows that `type` says?
LogicalResult checkArgument(func::FuncOp function, unsigned index, const InterpreterValue &value) {
  const Type type = function.getArgumentTypes()[index];
  bool fits = true;
  if (auto rows = dyn_cast<RowsType>(type))
    fits = isa<FloatType>(rows.getElementType()) ? std::holds_alternative<FloatRows>(value)
                                                 : std::holds_alternative<IdRows>(value);
  else if (isa<EncoderCacheType>(type))
    fits = std::holds_alternative<EncoderCache>(value);
  else if (isa<SelfCacheType>(type))
    fits = std::holds_alternative<std::shared_ptr<SelfCache>>(value);
  else if (isa<RankedTensorType>(type))
    fits = std::holds_alternative<Weight>(value);
  if (!fits)
    return function.emitError() << "expects argument " << index << " to hold " << type
                                << ", but got another kind of value";
  return success();
}

/// Does the batch say how the rows of `type` divide into sequences?
LogicalResult checkSpace(Operation *op, Type type, const Batch &batch) {
  auto rows = dyn_cast<RowsType>(type);
  if (rows && !batch.find(rows.getSpace()))
    return op->emitError() << "expects the batch to have a sequence space \""
                           << rows.getSpace().str() << "\"";
  return success();
}

/// Divides the rows of the space that `op` makes into sequences, unless the batch has it from
/// another op already; then both must agree.
LogicalResult makeSpace(MakesSpace op, Batch &batch) {
  const MadeSpace made = op.getMadeSpace();
  const SequenceSpace *from = made.from ? batch.find(*made.from) : nullptr;
  if (!from)
    return success(); // the caller's: checkSpace asks for it
  std::vector<int64_t> lengths = op.sequenceLengths(from->lengths);
  const SequenceSpace *known = batch.find(made.space);
  if (known && known->lengths != lengths)
    return op->emitOpError("makes sequences of other lengths than those of space \"")
           << made.space.str() << "\"";
  if (!known)
    batch.addSpace(made.space, lengths);
  return success();
}

/// Are there as many rows as the batch says?
LogicalResult checkRowCount(func::FuncOp function, unsigned index, const InterpreterValue &value,
                            const Batch &batch) {
  auto rows = dyn_cast<RowsType>(function.getArgumentTypes()[index]);
  if (!rows)
    return success();
  int64_t expected = batch.find(rows.getSpace())->rowCount();
  const auto *floats = std::get_if<FloatRows>(&value);
  const int64_t found =
      floats ? floats->values.rowCount() : int64_t(std::get<IdRows>(value).ids.size());
  if (found != expected)
    return function.emitError() << "expects argument " << index << " to have " << expected
                                << " rows, but got " << found;
  return success();
}

} // namespace

LogicalResult Interpreter::runOp(Operation &op, Frame &frame) {
  if (auto maker = dyn_cast<MakesSpace>(op);
      maker && maker.makesSpace() && failed(makeSpace(maker, frame.batch)))
    return failure();
  for (Type type : op.getResultTypes())
    if (failed(checkSpace(&op, type, frame.batch)))
      return failure();
  auto interpretable = dyn_cast<Interpretable>(op);
  if (!interpretable)
    return op.emitError("expects an op that the interpreter can run");

  bool isWeight = op.getNumResults() == 1 && isa<RankedTensorType>(op.getResultTypes()[0]);
  if (isWeight) {
    if (auto known = weights.find(op.getResult(0)); known != weights.end()) {
      frame.bind(op.getResult(0), known->second);
      return success();
    }
  }
  if (failed(interpretable.interpret(frame)))
    return failure();
  if (isWeight)
    weights[op.getResult(0)] = frame.get<Weight>(op.getResult(0));
  if (observer)
    for (Value result : op.getResults())
      observer(result, frame.get(result), frame.batch);
  return success();
}

FailureOr<std::vector<InterpreterValue>> Interpreter::run(func::FuncOp function, const Batch &batch,
                                                          std::vector<InterpreterValue> arguments) {
  if (!function.getBody().hasOneBlock())
    return function.emitError("expects a body of one block");
  if (function.getNumArguments() != arguments.size())
    return function.emitError() << "expects " << function.getNumArguments()
                                << " arguments, but got " << arguments.size();

  Frame frame(batch, parameters);
  for (auto [index, value] : llvm::enumerate(arguments)) {
    if (failed(checkArgument(function, index, value)) ||
        failed(checkSpace(function, function.getArgumentTypes()[index], batch)) ||
        failed(checkRowCount(function, index, value, batch)))
      return failure();
    frame.bind(function.getArgument(index), std::move(value));
  }

  std::vector<InterpreterValue> results;
  for (Operation &op : function.front()) {
    if (auto terminator = dyn_cast<func::ReturnOp>(op)) {
      for (Value operand : terminator.getOperands())
        results.push_back(frame.get(operand));
      break;
    }
    if (failed(runOp(op, frame)))
      return failure();
  }
  return results;
}
