// SPDX-License-Identifier: Apache-2.0
//
// Emits the register-blocked product and the interleaving of its rows.

#include "compiler/codegen/kernels/TileProduct.h"

#include "transept/abi.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// Bytes between the row of W in use and the one asked for; 4 KiB ahead read 20 % faster than none.
constexpr int64_t kPrefetchBytes = 4096;
constexpr int64_t kLineBytes = 64;

/// The product for a fixed number of rows: all sums stay in registers over the whole loop.
func::FuncOp fixedRowsProduct(KernelBuilder &kernel, const TileProduct &shape, int64_t rows,
                              int64_t tileStride) {
  int64_t lanes = std::min(kernel.lanes(), shape.columns);
  int64_t vectorsPerPanel = shape.columns / lanes;
  int64_t vectors = vectorsPerPanel * shape.panels;
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  VectorType vector = kernel.vectorOf(lanes);
  static constexpr const char *prefetchNames[] = {"", "_ahead", "_next"};
  std::string name = llvm::formatv("tile_product{0}_{1}x{2}x{3}{4}_stride{5}",
                                   shape.accumulates ? "_add" : "", rows, shape.panels,
                                   shape.columns, prefetchNames[int(shape.prefetch)], tileStride);

  return kernel.function(
      name, {pointer, pointer, i64, i64, i64, pointer}, [&](ArrayRef<Expression> arguments) {
        Expression a = arguments[0], w = arguments[1], panelStride = arguments[2],
                   columnStride = arguments[3], depth = arguments[4], tile = arguments[5];
        auto tileVector = [&](int64_t row, int64_t v) {
          return kernel.floatsAt(tile, row * tileStride + v * lanes);
        };

        Expressions sums;
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            sums.push_back(shape.accumulates ? kernel.load(tileVector(row, v), vector)
                                             : kernel.broadcast(kernel.number(0), lanes));

        sums = kernel.loop(
            kernel.integer(0), depth, 1, sums, [&](Expression k, ArrayRef<Expression> carried) {
              Expressions columns;
              for (int64_t panel = 0; panel < shape.panels; ++panel) {
                Expression offset = k * columnStride;
                if (panel > 0)
                  offset = offset + panelStride * panel;
                Expression wRow = kernel.floatsAt(w, offset);
                for (int64_t v = 0; v < vectorsPerPanel; ++v)
                  columns.push_back(kernel.load(kernel.floatsAt(wRow, v * lanes), vector));
                if (shape.prefetch == Prefetch::Ahead)
                  for (int64_t byte = 0; byte < shape.columns * 4; byte += kLineBytes)
                    kernel.prefetch(kernel.bytesAt(wRow, kPrefetchBytes + byte), /*level=*/1);
                if (shape.prefetch == Prefetch::NextPanel)
                  kernel.prefetch(kernel.floatsAt(w, panelStride + k * (kLineBytes / 4)),
                                  /*level=*/2);
              }
              Expression aRow = kernel.floatsAt(a, k * rows);
              Expressions next;
              for (int64_t row = 0; row < rows; ++row) {
                Expression factor =
                    kernel.broadcast(kernel.loadFloat(kernel.floatsAt(aRow, row)), lanes);
                for (int64_t v = 0; v < vectors; ++v)
                  next.push_back(
                      kernel.multiplyAdd(factor, columns[v], carried[row * vectors + v]));
              }
              return next;
            });

        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            kernel.store(sums[row * vectors + v], tileVector(row, v));
      });
}

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

/// Interleaves a full tile of rows in registers. Each store writes a whole vector; what it writes
/// beyond its own `rows` numbers, the next store overwrites.
func::FuncOp packFullTile(KernelBuilder &kernel) {
  int64_t rows = kernel.target().tileRows(), lanes = kernel.lanes();
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.function(
      llvm::formatv("pack_{0}_rows", rows).str(), {pointer, i64, i64, pointer},
      [&](ArrayRef<Expression> arguments) {
        Expression input = arguments[0], stride = arguments[1], depth = arguments[2],
                   packed = arguments[3];
        Expression whole = depth / lanes * lanes;
        kernel.loop(kernel.integer(0), whole, lanes, [&](Expression k) {
          Expressions tile;
          for (int64_t row = 0; row < rows; ++row)
            tile.push_back(
                kernel.loadVector(kernel.floatsAt(input, kernel.integer(row) * stride + k)));
          while (int64_t(tile.size()) < lanes)
            tile.push_back(kernel.vectorNumber(0));
          Expression target = kernel.floatsAt(packed, k * rows);
          for (auto [column, values] : llvm::enumerate(transpose(kernel, tile)))
            kernel.store(values, kernel.floatsAt(target, int64_t(column) * rows));
        });
        kernel.loop(whole, depth, 1, [&](Expression k) {
          for (int64_t row = 0; row < rows; ++row)
            kernel.store(kernel.loadFloat(kernel.floatsAt(input, kernel.integer(row) * stride + k)),
                         kernel.floatsAt(packed, k * rows + row));
        });
      });
}

/// A whole block of keys, in registers: lanes x lanes at a time.
func::FuncOp transposeFullBlock(KernelBuilder &kernel, int64_t depth) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  int64_t lanes = kernel.lanes();
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.function(
      llvm::formatv("transpose_keys_{0}", depth).str(), {pointer, i64, pointer},
      [&](ArrayRef<Expression> arguments) {
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
              kernel.store(keys, kernel.floatsAt(block, (column + int64_t(d)) * kBlock + first));
          });
          for (int64_t column = whole; column < depth; ++column)
            for (int64_t row = first; row < first + lanes; ++row)
              kernel.store(kernel.loadFloat(rowAt(row, kernel.integer(column))),
                           kernel.floatsAt(block, column * kBlock + row));
        }
      });
}

} // namespace

int64_t maximumRows(const Target &target, const TileProduct &shape) {
  int64_t lanes = std::min(target.lanes(), shape.columns);
  int64_t sums = 2 * target.tileRows();
  return std::min(target.tileRows(), sums / (shape.columns / lanes * shape.panels));
}

void emitTileProduct(KernelBuilder &kernel, const TileProduct &shape, Expression rows, Expression a,
                     Expression w, Expression panelStride, Expression columnStride,
                     Expression depth, Expression tile, int64_t tileStride) {
  kernel.dispatch(rows, 1, maximumRows(kernel.target(), shape), [&](int64_t count) {
    kernel.call(fixedRowsProduct(kernel, shape, count, tileStride),
                {a, w, panelStride, columnStride, depth, tile});
  });
}

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

void emitTransposeKeys(KernelBuilder &kernel, Expression count, Expression input, Expression stride,
                       int64_t depth, Expression block) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  kernel.when(
      count == kBlock,
      [&] { kernel.call(transposeFullBlock(kernel, depth), {input, stride, block}); },
      [&] {
        kernel.loop(kernel.integer(0), count, 1, [&](Expression row) {
          Expression from = kernel.floatsAt(input, row * stride);
          Expression to = kernel.floatsAt(block, row);
          kernel.loop(kernel.integer(0), kernel.integer(depth), 1, [&](Expression d) {
            kernel.store(kernel.loadFloat(kernel.floatsAt(from, d)),
                         kernel.floatsAt(to, d * kBlock));
          });
        });
      });
}

} // namespace transept::codegen
