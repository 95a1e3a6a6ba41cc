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

constexpr int64_t kLineBytes = 64;

/// One vector of W, or the two that its pairs of bf16 hold.
void appendColumns(KernelBuilder &kernel, ColumnForm form, Expression from, VectorType vector,
                   SmallVectorImpl<Expressions> &columns) {
  int64_t count = vector.getNumElements();
  switch (form) {
  case ColumnForm::Floats:
    return columns[0].push_back(kernel.load(from, vector));
  case ColumnForm::BFloats:
    return columns[0].push_back(
        kernel.widenBFloats(kernel.load(from, VectorType::get({count}, kernel.getI16Type()))));
  case ColumnForm::BFloatPairs:
    auto [even, odd] = kernel.widenPairs(kernel.load(from, kernel.integersOf(count)));
    columns[0].push_back(even);
    columns[1].push_back(odd);
  }
}

/// The product for a fixed number of rows: all sums stay in registers over the whole loop.
func::FuncOp fixedRowsProduct(KernelBuilder &kernel, const TileProduct &shape, int64_t rows,
                              int64_t tileStride) {
  int64_t lanes = std::min(kernel.lanes(), shape.columns);
  int64_t vectorsPerPanel = shape.columns / lanes;
  int64_t vectors = vectorsPerPanel * shape.panels;
  int64_t perStep = shape.form == ColumnForm::BFloatPairs ? 2 : 1;
  int64_t numberBytes = shape.form == ColumnForm::BFloats ? 2 : 4;
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  VectorType vector = kernel.vectorOf(lanes);
  static constexpr const char *prefetchNames[] = {"", "_ahead", "_next"};
  static constexpr const char *formNames[] = {"tile", "narrow", "bf16"};
  std::string name =
      llvm::formatv("{0}_product{1}_{2}x{3}x{4}{5}_stride{6}", formNames[int(shape.form)],
                    shape.accumulates ? "_add" : "", rows, shape.panels, shape.columns,
                    prefetchNames[int(shape.prefetch)], tileStride);

  SmallVector<Type> types = {pointer, i64, i64, pointer, pointer, i64};
  types.append(shape.panels, pointer);
  return kernel.function(name, types, [&](ArrayRef<Expression> arguments) {
    Expression a = arguments[0], columnStride = arguments[1], depth = arguments[2],
               next = arguments[3], tile = arguments[4];
    Expression tileGap = arguments[5];
    ArrayRef<Expression> w = arguments.drop_front(6);
    auto tileVector = [&](int64_t row, int64_t v) {
      Expression panel = kernel.floatsAt(tile, tileGap * (v / vectorsPerPanel));
      return kernel.floatsAt(panel, row * tileStride + v % vectorsPerPanel * lanes);
    };

    Expressions sums;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(shape.accumulates ? kernel.load(tileVector(row, v), vector)
                                         : kernel.broadcast(kernel.number(0), lanes));

    Expression steps = kernel.ceilDivide(depth, perStep);
    sums = kernel.loop(
        kernel.integer(0), steps, 1, sums, [&](Expression step, ArrayRef<Expression> carried) {
          SmallVector<Expressions> columns(perStep);
          Expression offset = step * columnStride * numberBytes;
          Expression ahead =
              shape.prefetch == Prefetch::Ahead
                  ? prefetchOffset(kernel, offset, shape.panels, shape.panelBytes, shape.panelGap)
                  : Expression();
          for (Expression panel : w) {
            Expression wRow = kernel.bytesAt(panel, offset);
            for (int64_t v = 0; v < vectorsPerPanel; ++v)
              appendColumns(kernel, shape.form, kernel.bytesAt(wRow, v * lanes * numberBytes),
                            vector, columns);
            if (shape.prefetch == Prefetch::Ahead)
              for (int64_t byte = 0; byte < shape.columns * numberBytes; byte += kLineBytes)
                kernel.prefetch(kernel.bytesAt(panel, ahead + byte), /*level=*/2);
          }
          if (shape.prefetch == Prefetch::NextPanel)
            kernel.prefetch(kernel.bytesAt(next, step * kLineBytes), /*level=*/2);
          Expressions results(carried);
          for (int64_t part = 0; part < perStep; ++part) {
            Expression aRow = kernel.floatsAt(a, (step * perStep + part) * rows);
            for (int64_t row = 0; row < rows; ++row) {
              Expression factor =
                  kernel.broadcast(kernel.loadFloat(kernel.floatsAt(aRow, row)), lanes);
              for (int64_t v = 0; v < vectors; ++v) {
                Expression &sum = results[row * vectors + v];
                sum = kernel.multiplyAdd(factor, columns[part][v], sum);
              }
            }
          }
          return results;
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

/// A whole block of keys, in registers: lanes x lanes at a time.
func::FuncOp transposeFullBlock(KernelBuilder &kernel, int64_t depth, bool toBFloats) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  int64_t lanes = kernel.lanes();
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.function(
      llvm::formatv("transpose_keys_{0}{1}", depth, toBFloats ? "_to_bf16" : "").str(),
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

Expression prefetchOffset(KernelBuilder &kernel, Expression offset, int64_t panels,
                          int64_t panelBytes, int64_t panelGap) {
  // Measured (docs/decisions/0010): 4 KiB in all, over the panels, and not into the first level,
  // whose few outstanding misses the loads themselves need.
  constexpr int64_t kPrefetchBytes = 4096;
  Expression ahead = offset + kPrefetchBytes / panels;
  return panelGap == 0 ? ahead : kernel.select(ahead < panelBytes, ahead, ahead + panelGap);
}

int64_t maximumRows(const Target &target, const TileProduct &shape) {
  int64_t lanes = std::min(target.lanes(), shape.columns);
  return target.mostRows(shape.columns / lanes * shape.panels);
}

void emitTileProduct(KernelBuilder &kernel, const TileProduct &shape, Expression rows, Expression a,
                     ArrayRef<Expression> w, Expression columnStride, Expression depth,
                     const ProductTile &tile, Expression ahead) {
  kernel.dispatch(rows, 1, maximumRows(kernel.target(), shape), [&](int64_t count) {
    Expressions arguments = {a,          columnStride,
                             depth,      ahead ? ahead : kernel.null(),
                             tile.begin, tile.gap ? tile.gap : kernel.integer(shape.columns)};
    llvm::append_range(arguments, w);
    kernel.call(fixedRowsProduct(kernel, shape, count, tile.stride), arguments);
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
                       int64_t depth, Expression block, bool toBFloats) {
  constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
  kernel.when(
      count == kBlock,
      [&] { kernel.call(transposeFullBlock(kernel, depth, toBFloats), {input, stride, block}); },
      [&] {
        kernel.loop(kernel.integer(0), count, 1, [&](Expression row) {
          Expression from = kernel.floatsAt(input, row * stride);
          kernel.loop(kernel.integer(0), kernel.integer(depth), 1, [&](Expression d) {
            storeKeys(kernel, kernel.loadFloat(kernel.floatsAt(from, d)), block, row + d * kBlock,
                      toBFloats);
          });
        });
      });
}

} // namespace transept::codegen
