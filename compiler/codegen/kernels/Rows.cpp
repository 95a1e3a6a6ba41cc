// SPDX-License-Identifier: Apache-2.0
//
// Emits the kernels that pass over rows once.

#include "compiler/codegen/kernels/Rows.h"

#include "compiler/codegen/kernels/PackedProduct.h"
#include "compiler/codegen/kernels/PackedTable.h"

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
  return result;
}

func::FuncOp embeddingKernel(KernelBuilder &kernel, const EmbeddingShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  Type types[] = {pointer, pointer, pointer, pointer, pointer, i64, i64, i64};
  return kernel.function(shape.name(), types, [&](ArrayRef<Expression> arguments) {
    Expression ids = arguments[0], positions = arguments[1], table = arguments[2],
               positionTable = arguments[3], output = arguments[4];
    PackedPanels panels{shape.numbers, shape.width, shape.panelWidth};
    Share rows = shareOf(kernel, arguments[5], arguments[6], arguments[7]);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression id = kernel.toInt64(kernel.loadInt32(ids, row));
      Expression position = kernel.toInt64(kernel.loadInt32(positions, row));
      std::optional<PackedTableRow> packed;
      if (shape.isTablePacked)
        packed.emplace(kernel, panels, table, id);
      Expression result = kernel.floatsAt(output, row * shape.outputStride);
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        Expression value =
            packed ? packed->numbersAt(column)
                   : kernel.loadFirst(kernel.floatsAt(table, id * shape.width + column), count);
        if (shape.scale != 1)
          value = value * kernel.vectorNumber(shape.scale);
        if (shape.hasPositions) {
          Expression from = kernel.floatsAt(
              positionTable, (position + shape.positionOffset) * shape.width + column);
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

func::FuncOp positionKernel(KernelBuilder &kernel, const PositionShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  std::string name = llvm::formatv("positions_{0}_from_row{1}_to{2}", shape.width, shape.offset,
                                   shape.outputStride);
  Type types[] = {pointer, pointer, pointer, i64, i64, i64};
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Share rows = shareOf(kernel, arguments[3], arguments[4], arguments[5]);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression position = kernel.toInt64(kernel.loadInt32(arguments[0], row));
      emitCopy(kernel, shape.width,
               kernel.floatsAt(arguments[1], (position + shape.offset) * shape.width),
               kernel.floatsAt(arguments[2], row * shape.outputStride));
    });
  });
}

func::FuncOp windowsKernel(KernelBuilder &kernel, const WindowsShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  std::string name =
      llvm::formatv("windows_{0}x{1}_stride{2}_padding{3}_from{4}_to{5}", shape.width, shape.kernel,
                    shape.stride, shape.padding, shape.inputStride, shape.outputStride);
  Type types[] = {pointer, i64, pointer, i64, i64, i64};
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Expression zero = kernel.integer(0), width = kernel.integer(shape.width);
    Share rows = shareOf(kernel, arguments[3], arguments[4], arguments[5]);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression window = kernel.floatsAt(arguments[2], row * shape.outputStride);
      kernel.loop(zero, kernel.integer(shape.kernel), 1, [&](Expression step) {
        Expression from = row * shape.stride + step - shape.padding;
        Expression to = kernel.floatsAt(window, step);
        Expression input = kernel.floatsAt(arguments[0], from * shape.inputStride);
        auto store = [&](llvm::function_ref<Expression(Expression)> value) {
          kernel.loop(zero, width, 1, [&](Expression channel) {
            kernel.store(value(channel), kernel.floatsAt(to, channel * shape.kernel));
          });
        };
        // As unsigned numbers, rows before the first are beyond the last.
        kernel.when(
            kernel.isWithin(from, arguments[1]),
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

func::FuncOp normalizeKernel(KernelBuilder &kernel, const NormalizeShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  std::string name = llvm::formatv("normalize_rows_{0}_from{1}_to{2}", shape.norm.name(),
                                   shape.inputStride, shape.outputStride);
  Type types[] = {pointer, pointer, pointer, pointer, i64, i64, i64};
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Share rows = shareOf(kernel, arguments[4], arguments[5], arguments[6]);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      emitNormalizeRow(kernel, shape.norm, kernel.floatsAt(arguments[0], row * shape.inputStride),
                       arguments[1], arguments[2],
                       kernel.floatsAt(arguments[3], row * shape.outputStride));
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

func::FuncOp elementwiseKernel(KernelBuilder &kernel, const ElementwiseShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  Type types[] = {pointer, pointer, pointer, i64, i64, i64};
  return kernel.function(shape.name(), types, [&](ArrayRef<Expression> arguments) {
    Expression left = arguments[0], right = arguments[1], output = arguments[2];
    Share rows = shareOf(kernel, arguments[3], arguments[4], arguments[5]);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
        auto operand = [&](Expression base, int64_t stride) {
          return kernel.loadFirst(kernel.floatsAt(base, row * stride + column), count);
        };
        Expression value = operand(left, shape.leftStride);
        switch (shape.kind) {
        case ElementwiseKind::Add:
          value = value + operand(right, shape.rightStride);
          break;
        case ElementwiseKind::Multiply:
          value = value * operand(right, shape.rightStride);
          break;
        case ElementwiseKind::Scale:
          value = value * kernel.vectorNumber(shape.factor);
          break;
        case ElementwiseKind::Activate:
          value = emitActivation(kernel, shape.activation, value);
          break;
        }
        kernel.storeFirst(value, kernel.floatsAt(output, row * shape.outputStride + column), count);
      });
    });
  });
}

func::FuncOp copyRowsKernel(KernelBuilder &kernel, const CopyShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  std::string name = llvm::formatv("copy_rows_{0}_from{1}_to{2}", shape.width, shape.inputStride,
                                   shape.outputStride);
  Type types[] = {pointer, pointer, pointer, i64, i64, i64};
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Expression input = arguments[0], indices = arguments[1], output = arguments[2];
    Share rows = shareOf(kernel, arguments[3], arguments[4], arguments[5]);
    kernel.when(kernel.isNotNull(output), [&] {
      kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
        Expression source = kernel.choose(
            kernel.isNotNull(indices), {i64},
            [&] { return Expressions{kernel.loadInt64(indices, row)}; },
            [&] { return Expressions{row}; })[0];
        emitCopy(kernel, shape.width, kernel.floatsAt(input, source * shape.inputStride),
                 kernel.floatsAt(output, row * shape.outputStride));
      });
    });
  });
}

func::FuncOp storeCacheKernel(KernelBuilder &kernel, const StoreShape &shape) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  std::string name = llvm::formatv("store_{0}_{1}x{2}_from{3}", shape.isKeys ? "keys" : "values",
                                   shape.headCount, shape.headDim, shape.inputStride);
  if (shape.toBFloats)
    name += "_bf16";
  Type types[] = {pointer, i64, pointer, pointer, i64, i64, i64};
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Expression input = arguments[0], sequenceCount = arguments[1], offsets = arguments[2],
               entries = arguments[3], slot = arguments[4], zero = kernel.integer(0);
    // A unit of work is one head of one sequence.
    kernel.loop(arguments[5], sequenceCount * shape.headCount, arguments[6], [&](Expression unit) {
      Expression sequence = unit / shape.headCount, head = unit % shape.headCount;
      Expression first = kernel.loadInt64(offsets, sequence);
      Expression count = kernel.loadInt64(offsets, sequence + 1) - first;
      Expression positions = kernel.ceilDivide(count, kBlock) * kBlock;
      Expression target =
          kernel.numbersAt(kernel.loadPointer(entries, sequence),
                           positions * slot + head * positions * shape.headDim, shape.toBFloats);
      auto targetAt = [&](Expression position) {
        return kernel.numbersAt(target, position * shape.headDim, shape.toBFloats);
      };
      Expression rows = kernel.floatsAt(input, first * shape.inputStride + head * shape.headDim);
      if (shape.isKeys)
        return kernel.loop(zero, count, kBlock, [&](Expression position) {
          Expression keys = kernel.minimum(count - position, kernel.integer(kBlock));
          emitTransposeKeys(kernel, keys, kernel.floatsAt(rows, position * shape.inputStride),
                            kernel.integer(shape.inputStride), shape.headDim, targetAt(position),
                            shape.toBFloats);
        });
      kernel.loop(zero, count, 1, [&](Expression position) {
        Expression from = kernel.floatsAt(rows, position * shape.inputStride);
        emitCopy(kernel, shape.headDim, from, targetAt(position), shape.toBFloats);
      });
    });
  });
}

} // namespace transept::codegen
