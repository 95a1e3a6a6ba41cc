// SPDX-License-Identifier: Apache-2.0
//
// Emits the kernels that pass over rows once.

#include "compiler/codegen/kernels/Rows.h"

#include "compiler/codegen/kernels/PackedProduct.h"
#include "compiler/codegen/kernels/PackedTable.h"
#include "compiler/codegen/kernels/RowOrder.h"

#include "transept/abi.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

std::string EmbeddingShape::name() const {
  std::string result = llvm::formatv("embedding_{0}_scale{1:E}_to{2}", width, scale, outputStride);
  if (isTablePacked)
    result += llvm::formatv("_panels{0}", panelWidth).str() + numberSuffix(numbers);
  if (hasPositions)
    result += llvm::formatv("_positions{0}", positionOffset);
  if (isFirstZero)
    result += "_first_zero";
  return result;
}

Kernel<EmbeddingOperands> embeddingKernel(KernelBuilder &kernel, const EmbeddingShape &shape) {
  return kernelOf<EmbeddingOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    PackedPanels panels{shape.numbers, shape.width, shape.panelWidth};
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression id = kernel.toInt64(kernel.loadInt32(operands.ids, row));
      Expression position = kernel.toInt64(kernel.loadInt32(operands.positions, row));
      std::optional<PackedTableRow> packed;
      if (shape.isTablePacked)
        packed.emplace(kernel, panels, operands.table, id);
      Expression result = kernel.floatsAt(operands.output, row * shape.outputStride);
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        Expression value =
            packed ? packed->numbersAt(column)
                   : kernel.loadFirst(kernel.floatsAt(operands.table, id * shape.width + column),
                                      count);
        if (shape.scale != 1)
          value = value * kernel.vectorNumber(shape.scale);
        if (shape.isFirstZero)
          value = kernel.select(position == 0, kernel.vectorNumber(0), value);
        if (shape.hasPositions) {
          Expression from = kernel.floatsAt(
              operands.positionTable, (position + shape.positionOffset) * shape.width + column);
          value = value + kernel.loadFirst(from, count);
        }
        kernel.storeFirst(value, kernel.floatsAt(result, column), count);
      });
    });
  });
}

/// Copies `width` floats, rounded to bf16 if so wanted.
static void emitCopy(KernelBuilder &kernel, int64_t width, Expression from, Expression to,
                     bool toBFloats = false) {
  forEachVector(kernel, width, [&](Expression column, int64_t count) {
    Expression numbers = kernel.loadFirst(kernel.floatsAt(from, column), count);
    kernel.storeFirst(toBFloats ? kernel.roundToBFloat(numbers) : numbers,
                      kernel.numbersAt(to, column, toBFloats), count);
  });
}

Kernel<PositionOperands> positionKernel(KernelBuilder &kernel, const PositionShape &shape) {
  std::string name = llvm::formatv("positions_{0}_from_row{1}_to{2}{3}", shape.width, shape.offset,
                                   shape.outputStride, shape.isInOrder ? "_in_order" : "");
  return kernelOf<PositionOperands>(kernel, shape, name, [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression position =
          shape.isInOrder ? row : kernel.toInt64(kernel.loadInt32(operands.positions, row));
      emitCopy(kernel, shape.width,
               kernel.floatsAt(operands.table, (position + shape.offset) * shape.width),
               kernel.floatsAt(operands.output, row * shape.outputStride));
    });
  });
}

Kernel<ColumnEmbeddingOperands> columnEmbeddingKernel(KernelBuilder &kernel,
                                                      const ColumnEmbeddingShape &shape) {
  std::string name =
      llvm::formatv("embed_column{0}_{1}_of{2}_from{3}_to{4}", shape.column, shape.width,
                    shape.tableRows, shape.inputStride, shape.outputStride);
  return kernelOf<ColumnEmbeddingOperands>(kernel, shape, name, [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression number =
          kernel.loadFloat(kernel.floatsAt(operands.input, row * shape.inputStride + shape.column));
      // Limited as a float, so that no number is outside of the integers.
      number = kernel.maximum(number, kernel.number(0));
      number = kernel.minimum(number, kernel.number(double(shape.tableRows - 1)));
      Expression from = kernel.toInt64(kernel.wholeInt32(number));
      emitCopy(kernel, shape.width, kernel.floatsAt(operands.table, from * shape.width),
               kernel.floatsAt(operands.output, row * shape.outputStride));
    });
  });
}

Kernel<WindowsOperands> windowsKernel(KernelBuilder &kernel, const WindowsShape &shape) {
  std::string name =
      llvm::formatv("windows_{0}x{1}_stride{2}_padding{3}_from{4}_to{5}", shape.width, shape.kernel,
                    shape.stride, shape.padding, shape.inputStride, shape.outputStride);
  return kernelOf<WindowsOperands>(kernel, shape, name, [&](const auto &operands) {
    Expression zero = kernel.integer(0), width = kernel.integer(shape.width);
    Share rows = shareOf(kernel, operands.outputRows, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression window = kernel.floatsAt(operands.output, row * shape.outputStride);
      kernel.loop(zero, kernel.integer(shape.kernel), 1, [&](Expression step) {
        Expression from = row * shape.stride + step - shape.padding;
        Expression to = kernel.floatsAt(window, step);
        Expression input = kernel.floatsAt(operands.input, from * shape.inputStride);
        auto store = [&](llvm::function_ref<Expression(Expression)> value) {
          kernel.loop(zero, width, 1, [&](Expression channel) {
            kernel.store(value(channel), kernel.floatsAt(to, channel * shape.kernel));
          });
        };
        // As unsigned numbers, rows before the first are beyond the last.
        kernel.when(
            kernel.isWithin(from, operands.inputRows),
            [&] {
              store([&](Expression channel) {
                return kernel.loadFloat(kernel.floatsAt(input, channel));
              });
            },
            [&] { store([&](Expression) { return kernel.number(0); }); });
      });
    });
  });
}

Kernel<NormalizeOperands> normalizeKernel(KernelBuilder &kernel, const NormalizeShape &shape) {
  std::string name = llvm::formatv("normalize_rows_{0}_from{1}_to{2}", shape.norm.name(),
                                   shape.inputStride, shape.outputStride);
  if (shape.headCount > 1)
    name += llvm::formatv("_heads{0}", shape.headCount);
  return kernelOf<NormalizeOperands>(kernel, shape, name, [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    auto normalize = [&](Expression input, Expression output) {
      emitNormalizeRow(kernel, shape.norm, input, operands.gain, operands.shift, output);
    };
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression input = kernel.floatsAt(operands.input, row * shape.inputStride);
      Expression output = kernel.floatsAt(operands.output, row * shape.outputStride);
      if (shape.headCount == 1)
        return normalize(input, output);
      kernel.loop(kernel.integer(0), kernel.integer(shape.headCount), 1, [&](Expression head) {
        Expression begin = head * shape.norm.width;
        normalize(kernel.floatsAt(input, begin), kernel.floatsAt(output, begin));
      });
    });
  });
}

std::string ElementwiseShape::name() const {
  static constexpr const char *names[] = {"add", "multiply", "scale", "activate"};
  std::string result = llvm::formatv("{0}_{1}", names[int(kind)], width);
  if (kind == ElementwiseKind::Scale)
    result += llvm::formatv("_by{0:E}", factor);
  if (kind == ElementwiseKind::Activate)
    result += "_" + stringifyActivationKind(activation).str();
  return result + llvm::formatv("_from{0}_{1}_to{2}", leftStride, rightStride, outputStride).str();
}

Kernel<ElementwiseOperands> elementwiseKernel(KernelBuilder &kernel,
                                              const ElementwiseShape &shape) {
  return kernelOf<ElementwiseOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        auto operand = [&](Expression base, int64_t stride) {
          return kernel.loadFirst(kernel.floatsAt(base, row * stride + column), count);
        };
        Expression value = operand(operands.left, shape.leftStride);
        switch (shape.kind) {
        case ElementwiseKind::Add:
          value = value + operand(operands.right, shape.rightStride);
          break;
        case ElementwiseKind::Multiply:
          value = value * operand(operands.right, shape.rightStride);
          break;
        case ElementwiseKind::Scale:
          value = value * kernel.vectorNumber(shape.factor);
          break;
        case ElementwiseKind::Activate:
          value = emitActivation(kernel, shape.activation, value);
          break;
        }
        kernel.storeFirst(
            value, kernel.floatsAt(operands.output, row * shape.outputStride + column), count);
      });
    });
  });
}

Kernel<CopyRowsOperands> copyRowsKernel(KernelBuilder &kernel, const CopyShape &shape) {
  std::string name = llvm::formatv("copy_rows_{0}_from{1}_to{2}", shape.width, shape.inputStride,
                                   shape.outputStride);
  return kernelOf<CopyRowsOperands>(kernel, shape, name, [&](const auto &operands) {
    Share rows = shareOf(kernel, operands.rowCount, operands.worker, operands.workerCount);
    kernel.when(kernel.isNotNull(operands.output), [&] {
      kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
        Expression source = kernel.choose(
            kernel.isNotNull(operands.indices), {kernel.getI64Type()},
            [&] { return Expressions{kernel.loadInt64(operands.indices, row)}; },
            [&] { return Expressions{row}; })[0];
        emitCopy(kernel, shape.width, kernel.floatsAt(operands.input, source * shape.inputStride),
                 kernel.floatsAt(operands.output, row * shape.outputStride));
      });
    });
  });
}

Kernel<StoreCacheOperands> storeCacheKernel(KernelBuilder &kernel, const StoreShape &shape) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  std::string name = llvm::formatv("store_{0}_{1}x{2}_from{3}", shape.isKeys ? "keys" : "values",
                                   shape.headCount, shape.headDim, shape.inputStride);
  if (shape.toBFloats)
    name += "_bf16";
  return kernelOf<StoreCacheOperands>(kernel, shape, name, [&](const auto &operands) {
    Expression zero = kernel.integer(0), units = operands.sequenceCount * shape.headCount;
    // A unit of work is one head of one sequence.
    kernel.loop(operands.worker, units, operands.workerCount, [&](Expression unit) {
      Expression sequence = unit / shape.headCount, head = unit % shape.headCount;
      Expression first = kernel.loadInt64(operands.sequenceOffsets, sequence);
      Expression count = kernel.loadInt64(operands.sequenceOffsets, sequence + 1) - first;
      Expression positions = kernel.ceilDivide(count, kBlock) * kBlock;
      Expression target = kernel.numbersAt(
          kernel.loadPointer(operands.entries, sequence),
          positions * operands.slot + head * positions * shape.headDim, shape.toBFloats);
      auto targetAt = [&](Expression position) {
        return kernel.numbersAt(target, position * shape.headDim, shape.toBFloats);
      };
      Expression rows =
          kernel.floatsAt(operands.input, first * shape.inputStride + head * shape.headDim);
      if (shape.isKeys)
        return kernel.loop(zero, count, kBlock, [&](Expression position) {
          Expression keys = kernel.minimum(count - position, kernel.integer(kBlock));
          emitTransposeKeys(kernel, {.count = keys,
                                     .rows = kernel.floatsAt(rows, position * shape.inputStride),
                                     .stride = kernel.integer(shape.inputStride),
                                     .depth = shape.headDim,
                                     .block = targetAt(position),
                                     .toBFloats = shape.toBFloats});
        });
      kernel.loop(zero, count, 1, [&](Expression position) {
        Expression from = kernel.floatsAt(rows, position * shape.inputStride);
        emitCopy(kernel, shape.headDim, from, targetAt(position), shape.toBFloats);
      });
    });
  });
}

} // namespace transept::codegen
