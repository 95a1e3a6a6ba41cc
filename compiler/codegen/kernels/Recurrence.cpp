// SPDX-License-Identifier: Apache-2.0
//
// Emits the recurrence. A unit of work is some columns of one sequence: columns do not meet, so
// each number is computed alike whoever computes it.

#include "compiler/codegen/kernels/Recurrence.h"

#include "transept/abi.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
/// Columns of a unit: enough vectors side by side to hide that each row waits for the one before.
constexpr int64_t kUnitColumns = 64;

class RecurrenceWriter {
public:
  RecurrenceWriter(KernelBuilder &kernel, const RecurrenceShape &shape,
                   const RecurrenceOperands &operands)
      : kernel(kernel), shape(shape), operands(operands) {}

  void emit() {
    int64_t units = llvm::divideCeil(shape.width, kUnitColumns);
    int64_t rest = shape.width - (units - 1) * kUnitColumns;
    kernel.loop(operands.worker, operands.sequenceCount * units, operands.workerCount,
                [&](Expression unit) {
                  sequence = unit / units;
                  firstColumn = unit % units * kUnitColumns;
                  if (units == 1)
                    return columns(rest);
                  kernel.when(
                      unit % units == units - 1, [&] { columns(rest); },
                      [&] { columns(kUnitColumns); });
                });
  }

private:
  /// The recurrence of `count` columns of one sequence.
  void columns(int64_t count) {
    Expression first = kernel.loadInt64(operands.sequenceOffsets, sequence);
    Expression rows = kernel.loadInt64(operands.sequenceOffsets, sequence + 1) - first;
    Expression past =
        shape.hasPast ? kernel.loadInt64(operands.pastLengths, sequence) : kernel.integer(0);
    kernel.loop(kernel.integer(0), rows, 1, initialStates(past, count),
                [&](Expression row, ArrayRef<Expression> states) {
                  return nextStates(first + row, past + row, states, count);
                });
  }

  Expressions initialStates(Expression past, int64_t count) {
    SmallVector<Type> types(llvm::divideCeil(count, kernel.lanes()), kernel.vectorType());
    auto zeros = [&] { return Expressions(types.size(), kernel.vectorNumber(0)); };
    if (!shape.hasPast)
      return zeros();
    auto load = [&] {
      Expressions states;
      Expression from = stateAt(past - 1);
      forEach(count, [&](int64_t column, int64_t lanes) {
        states.push_back(kernel.loadFirst(kernel.floatsAt(from, column), lanes));
      });
      return states;
    };
    return kernel.choose(past > 0, types, load, zeros);
  }

  Expressions nextStates(Expression row, Expression position, ArrayRef<Expression> states,
                         int64_t count) {
    Expression gates = rowOf(operands.gate, row, shape.gateStride);
    Expression values = rowOf(operands.value, row, shape.valueStride);
    Expression output = rowOf(operands.output, row, shape.outputStride);
    Expression kept = shape.hasPast ? stateAt(position) : Expression();
    Expressions next;
    forEach(count, [&](int64_t column, int64_t lanes) {
      Expression gate = kernel.loadFirst(kernel.floatsAt(gates, column), lanes);
      Expression value = kernel.loadFirst(kernel.floatsAt(values, column), lanes);
      Expression state =
          kernel.multiplyAdd(gate, states[next.size()], (kernel.vectorNumber(1) - gate) * value);
      kernel.storeFirst(state, kernel.floatsAt(output, column), lanes);
      if (shape.hasPast)
        kernel.storeFirst(state, kernel.floatsAt(kept, column), lanes);
      next.push_back(state);
    });
    return next;
  }

  /// Calls body(column, valid lanes) for each vector of `count` columns.
  void forEach(int64_t count, llvm::function_ref<void(int64_t, int64_t)> body) {
    for (int64_t column = 0; column < count; column += kernel.lanes())
      body(column, std::min(kernel.lanes(), count - column));
  }

  Expression rowOf(Expression buffer, Expression row, int64_t stride) {
    return kernel.floatsAt(buffer, row * stride + firstColumn);
  }

  /// The state of the sequence at `position`, in its page: a row of values of one head.
  Expression stateAt(Expression position) {
    Expression pages = kernel.loadPointer(operands.pages, sequence);
    Expression page = kernel.loadPointer(pages, position / kBlock);
    return kernel.floatsAt(page,
                           operands.slot * kBlock + position % kBlock * shape.width + firstColumn);
  }

  KernelBuilder &kernel;
  const RecurrenceShape &shape;
  const RecurrenceOperands &operands;
  Expression sequence, firstColumn;
};

} // namespace

std::string RecurrenceShape::name() const {
  std::string result = llvm::formatv("recurrence_{0}_from{1}_{2}_to{3}", width, gateStride,
                                     valueStride, outputStride);
  return hasPast ? result + "_past" : result;
}

Kernel<RecurrenceOperands> recurrenceKernel(KernelBuilder &kernel, const RecurrenceShape &shape) {
  return kernelOf<RecurrenceOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    RecurrenceWriter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen
