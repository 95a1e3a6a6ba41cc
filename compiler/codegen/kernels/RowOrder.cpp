// SPDX-License-Identifier: Apache-2.0
//
// Emits the interleaving of rows and the transposition of keys.

#include "compiler/codegen/kernels/RowOrder.h"

#include "transept/abi.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// Transposes lanes x lanes numbers held in registers: each round interleaves the first half of the
/// rows with the second, log2(lanes) times.
Expressions transpose(KernelBuilder &kernel, Expressions rows) {
  int64_t count = rows.size();
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < count; ++i) {
    low.push_back(i / 2 + (i % 2) * count);
    high.push_back(count / 2 + i / 2 + (i % 2) * count);
  }
  for (int64_t round = 1; round < count; round *= 2) {
    Expressions next;
    for (int64_t i = 0; i < count / 2; ++i) {
      Value first = rows[i], second = rows[i + count / 2];
      next.push_back(kernel.wrap(vector::ShuffleOp::create(kernel, first, second, low)));
      next.push_back(kernel.wrap(vector::ShuffleOp::create(kernel, first, second, high)));
    }
    rows = next;
  }
  return rows;
}

/// The target alone decides how a full tile is interleaved.
struct FullTile {
  bool operator==(const FullTile &) const = default;
};

/// Interleaves a full tile of rows in registers. Each store writes a whole vector; what it writes
/// beyond its own `rows` numbers, the next store overwrites.
func::FuncOp packFullTile(KernelBuilder &kernel) {
  int64_t rows = kernel.target().tileRows(), lanes = kernel.lanes();
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.kernelOf(
      FullTile(), llvm::formatv("pack_{0}_rows", rows).str(), {pointer, i64, i64, pointer},
      [&](ArrayRef<Expression> arguments) {
        Expression input = arguments[0], stride = arguments[1], depth = arguments[2],
                   packed = arguments[3];
        Expression whole = depth / lanes * lanes;
        kernel.loop(kernel.integer(0), whole, lanes, [&](Expression k) {
          SmallVector<Expressions> groups; // of as many rows as a vector has numbers
          for (int64_t first = 0; first < rows; first += lanes) {
            Expressions &group = groups.emplace_back();
            for (int64_t row = first; row < std::min(rows, first + lanes); ++row)
              group.push_back(
                  kernel.loadVector(kernel.floatsAt(input, kernel.integer(row) * stride + k)));
            while (int64_t(group.size()) < lanes)
              group.push_back(kernel.vectorNumber(0));
          }
          Expression target = kernel.floatsAt(packed, k * rows);
          for (Expressions &group : groups)
            group = transpose(kernel, group);
          for (int64_t column = 0; column < lanes; ++column)
            for (auto [number, group] : llvm::enumerate(groups))
              kernel.store(group[column],
                           kernel.floatsAt(target, column * rows + int64_t(number) * lanes));
        });
        kernel.loop(whole, depth, 1, [&](Expression k) {
          for (int64_t row = 0; row < rows; ++row)
            kernel.store(kernel.loadFloat(kernel.floatsAt(input, kernel.integer(row) * stride + k)),
                         kernel.floatsAt(packed, k * rows + row));
        });
      });
}

void storeKeys(KernelBuilder &kernel, Expression keys, Expression block, Expression offset,
               bool toBFloats) {
  kernel.store(toBFloats ? kernel.roundToBFloat(keys) : keys,
               kernel.numbersAt(block, offset, toBFloats));
}

struct FullBlock {
  int64_t depth = 0;
  bool toBFloats = false;

  bool operator==(const FullBlock &) const = default;
};

/// A whole block of keys, in registers: lanes x lanes at a time.
func::FuncOp transposeFullBlock(KernelBuilder &kernel, const FullBlock &shape) {
  auto [depth, toBFloats] = shape;
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  int64_t lanes = kernel.lanes();
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.kernelOf(
      shape, llvm::formatv("transpose_keys_{0}{1}", depth, toBFloats ? "_to_bf16" : "").str(),
      {pointer, i64, pointer}, [&](ArrayRef<Expression> arguments) {
        Expression input = arguments[0], stride = arguments[1], block = arguments[2];
        auto rowAt = [&](int64_t row, Expression column) {
          return kernel.floatsAt(input, kernel.integer(row) * stride + column);
        };
        int64_t whole = depth / lanes * lanes;
        for (int64_t first = 0; first < kBlock; first += lanes) {
          kernel.loop(kernel.integer(0), kernel.integer(whole), lanes, [&](Expression column) {
            Expressions tile;
            for (int64_t row = 0; row < lanes; ++row)
              tile.push_back(kernel.loadVector(rowAt(first + row, column)));
            for (auto [d, keys] : llvm::enumerate(transpose(kernel, tile)))
              storeKeys(kernel, keys, block, (column + int64_t(d)) * kBlock + first, toBFloats);
          });
          for (int64_t column = whole; column < depth; ++column)
            for (int64_t row = first; row < first + lanes; ++row)
              storeKeys(kernel, kernel.loadFloat(rowAt(row, kernel.integer(column))), block,
                        kernel.integer(column * kBlock + row), toBFloats);
        }
      });
}

} // namespace

void emitPackRows(KernelBuilder &kernel, Expression rows, Expression input, Expression stride,
                  Expression depth, Expression packed) {
  kernel.when(
      rows == kernel.target().tileRows(),
      [&] { kernel.call(packFullTile(kernel), {input, stride, depth, packed}); },
      [&] {
        kernel.loop(kernel.integer(0), rows, 1, [&](Expression row) {
          Expression from = kernel.floatsAt(input, row * stride);
          Expression to = kernel.floatsAt(packed, row);
          kernel.loop(kernel.integer(0), depth, 1, [&](Expression k) {
            kernel.store(kernel.loadFloat(kernel.floatsAt(from, k)), kernel.floatsAt(to, k * rows));
          });
        });
      });
}

void emitTransposeKeys(KernelBuilder &kernel, const KeysToTranspose &keys) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  kernel.when(
      keys.count == kBlock,
      [&] {
        kernel.call(transposeFullBlock(kernel, {keys.depth, keys.toBFloats}),
                    {keys.rows, keys.stride, keys.block});
      },
      [&] {
        kernel.loop(kernel.integer(0), keys.count, 1, [&](Expression row) {
          Expression from = kernel.floatsAt(keys.rows, row * keys.stride);
          kernel.loop(kernel.integer(0), kernel.integer(keys.depth), 1, [&](Expression d) {
            storeKeys(kernel, kernel.loadFloat(kernel.floatsAt(from, d)), keys.block,
                      row + d * kBlock, keys.toBFloats);
          });
        });
      });
}

} // namespace transept::codegen
