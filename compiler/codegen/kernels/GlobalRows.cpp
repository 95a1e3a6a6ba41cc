// SPDX-License-Identifier: Apache-2.0
//
// Emits sums of blocks and the replacement of rows. Every worker looks at all replacements and
// writes those among its share of the rows: they are few.

#include "compiler/codegen/kernels/GlobalRows.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

std::string SumBlocksShape::name() const {
  return llvm::formatv("sum_blocks{0}_{1}_from{2}_to{3}", blockSize, width, inputStride,
                       outputStride);
}

Kernel<SumBlocksOperands> sumBlocksKernel(KernelBuilder &kernel, const SumBlocksShape &shape) {
  return kernelOf<SumBlocksOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    Expression blocks = operands.rowCount / shape.blockSize;
    Share share = shareOf(kernel, blocks, operands.worker, operands.workerCount);
    kernel.loop(share.begin, share.end, 1, [&](Expression block) {
      Expression begin = block * shape.blockSize;
      Expression end =
          kernel.select(block == blocks - 1, operands.rowCount, begin + shape.blockSize);
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        Expression sum = kernel.loop(begin, end, 1, {kernel.vectorNumber(0)},
                                     [&](Expression row, ArrayRef<Expression> carried) {
                                       Expression at = kernel.floatsAt(
                                           operands.input, row * shape.inputStride + column);
                                       return Expressions{carried[0] + kernel.loadFirst(at, count)};
                                     })[0];
        kernel.storeFirst(
            sum, kernel.floatsAt(operands.output, block * shape.outputStride + column), count);
      });
    });
  });
}

std::string ReplaceRowsShape::name() const {
  return llvm::formatv("replace_rows_{0}_from{1}_{2}_to{3}", width, inputStride, replacementStride,
                       outputStride);
}

Kernel<ReplaceRowsOperands> replaceRowsKernel(KernelBuilder &kernel,
                                              const ReplaceRowsShape &shape) {
  return kernelOf<ReplaceRowsOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    auto copy = [&](Expression from, Expression row) {
      Expression to = kernel.floatsAt(operands.output, row * shape.outputStride);
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(from, column), count),
                          kernel.floatsAt(to, column), count);
      });
    };
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      copy(kernel.floatsAt(operands.input, row * shape.inputStride), row);
    });
    kernel.loop(kernel.integer(0), operands.replacedCount, 1, [&](Expression index) {
      Expression row = kernel.loadInt64(operands.replacedRows, index);
      kernel.when((row >= rows.begin) & (row < rows.end), [&] {
        copy(kernel.floatsAt(operands.replacements, index * shape.replacementStride), row);
      });
    });
  });
}

} // namespace transept::codegen
