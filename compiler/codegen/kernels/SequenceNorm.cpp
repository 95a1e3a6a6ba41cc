// SPDX-License-Identifier: Apache-2.0
//
// Emits normalization of sequences. Every worker adds up the measures of a sequence by itself, in
// the order of its rows: that is little beside the rows, and gives all of them the same bits.

#include "compiler/codegen/kernels/SequenceNorm.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

Kernel<MeasureRowsOperands> measureRowsKernel(KernelBuilder &kernel,
                                              const MeasureRowsShape &shape) {
  std::string name = llvm::formatv("measure_rows_{0}_from{1}_to{2}", shape.width, shape.inputStride,
                                   shape.measureStride);
  return kernelOf<MeasureRowsOperands>(kernel, shape, name, [&](const auto &operands) {
    Expression perElement = kernel.number(1.0 / double(shape.width));
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression input = kernel.floatsAt(operands.input, row * shape.inputStride);
      Expression mean =
          sumOverRow(kernel, shape.width, input, [](Expression x) { return x; }) * perElement;
      Expression centre = kernel.broadcast(mean);
      Expression variance = sumOverRow(kernel, shape.width, input,
                                       [&](Expression x) {
                                         Expression centred = x - centre;
                                         return centred * centred;
                                       }) *
                            perElement;
      Expression measures = kernel.floatsAt(operands.measures, row * shape.measureStride);
      kernel.store(mean, measures);
      kernel.store(variance, kernel.floatsAt(measures, 1));
    });
  });
}

std::string SequenceNormShape::name() const {
  return llvm::formatv("normalize_sequence_{0}{1}{2}_{3:E}_from{4}_{5}_to{6}{7}", width,
                       hasGain ? "_gain" : "", hasShift ? "_shift" : "", epsilon, inputStride,
                       measureStride, outputStride, isOne ? "_one" : "");
}

namespace {

class SequenceNormWriter {
public:
  SequenceNormWriter(KernelBuilder &kernel, const SequenceNormShape &shape,
                     const SequenceNormOperands &operands)
      : kernel(kernel), shape(shape), operands(operands) {}

  void emit() {
    Share share = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    if (shape.isOne)
      return sequence(kernel.integer(0), operands.rowCount, share);
    kernel.loop(kernel.integer(0), operands.sequenceCount, 1, [&](Expression index) {
      sequence(kernel.loadInt64(operands.sequenceOffsets, index),
               kernel.loadInt64(operands.sequenceOffsets, index + 1), share);
    });
  }

private:
  /// Those rows of a sequence that are this worker's.
  void sequence(Expression begin, Expression end, const Share &share) {
    Expression first = kernel.maximum(begin, share.begin), last = kernel.minimum(end, share.end);
    kernel.when(first < last, [&] {
      Expression count = kernel.toFloat(end - begin);
      Expression mean =
          sumOfRows(begin, end, [&](Expression row) { return measureOf(row, 0); }) / count;
      // Rows are equally long: the variance is theirs, and that of their means.
      Expression variance = sumOfRows(begin, end,
                                      [&](Expression row) {
                                        Expression apart = measureOf(row, 0) - mean;
                                        return measureOf(row, 1) + apart * apart;
                                      }) /
                            count;
      Expression factor =
          kernel.broadcast(reciprocalSquareRoot(kernel, variance + kernel.number(shape.epsilon)));
      Expression centre = kernel.broadcast(mean);
      kernel.loop(first, last, 1, [&](Expression row) { normalize(row, centre, factor); });
    });
  }

  Expression measureOf(Expression row, int64_t which) {
    return kernel.loadFloat(kernel.floatsAt(operands.measures, row * shape.measureStride + which));
  }

  /// Keeps what each addition loses (Kahan 1965): there are many rows.
  Expression sumOfRows(Expression begin, Expression end,
                       llvm::function_ref<Expression(Expression)> term) {
    Expression zero = kernel.number(0);
    return kernel.loop(begin, end, 1, {zero, zero},
                       [&](Expression row, ArrayRef<Expression> carried) {
                         Expression corrected = term(row) - carried[1];
                         Expression sum = carried[0] + corrected;
                         return Expressions{sum, (sum - carried[0]) - corrected};
                       })[0];
  }

  void normalize(Expression row, Expression centre, Expression factor) {
    Expression input = kernel.floatsAt(operands.input, row * shape.inputStride);
    Expression output = kernel.floatsAt(operands.output, row * shape.outputStride);
    forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
      auto numbers = [&](Expression base) {
        return kernel.loadFirst(kernel.floatsAt(base, column), count);
      };
      Expression result = (numbers(input) - centre) * factor;
      if (shape.hasGain)
        result = result * numbers(operands.gain);
      if (shape.hasShift)
        result = result + numbers(operands.shift);
      kernel.storeFirst(result, kernel.floatsAt(output, column), count);
    });
  }

  KernelBuilder &kernel;
  const SequenceNormShape &shape;
  const SequenceNormOperands &operands;
};

} // namespace

Kernel<SequenceNormOperands> sequenceNormKernel(KernelBuilder &kernel,
                                                const SequenceNormShape &shape) {
  return kernelOf<SequenceNormOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    SequenceNormWriter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen
