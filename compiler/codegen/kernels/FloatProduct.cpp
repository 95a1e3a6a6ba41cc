// SPDX-License-Identifier: Apache-2.0
//
// Emits the register-blocked product of floats.

#include "compiler/codegen/kernels/FloatProduct.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr int64_t kLineBytes = 64;

/// What one function computes.
struct FixedRowsProduct {
  FloatProduct product;
  int64_t rows = 0, tileStride = 0;

  bool operator==(const FixedRowsProduct &) const = default;

  std::string name() const {
    static constexpr const char *formNames[] = {"tile", "narrow", "bf16"};
    return llvm::formatv("{0}_product{1}_{2}x{3}x{4}{5}_stride{6}", formNames[int(product.form)],
                         product.accumulates ? "_add" : "", rows, product.panels, product.columns,
                         prefetchSuffix(product.prefetch, product.stepsPerLine), tileStride);
  }
};

/// The product for a fixed number of rows: all sums stay in registers over the whole loop.
class FixedRowsEmitter {
public:
  FixedRowsEmitter(KernelBuilder &kernel, const FixedRowsProduct &shape)
      : kernel(kernel), product(shape.product), rows(shape.rows), tileStride(shape.tileStride),
        lanes(std::min(kernel.lanes(), product.columns)), vectorsPerPanel(product.columns / lanes),
        vectors(vectorsPerPanel * product.panels),
        perStep(product.form == ColumnForm::BFloatPairs ? 2 : 1),
        numberBytes(product.form == ColumnForm::BFloats ? 2 : 4), vector(kernel.vectorOf(lanes)) {}

  /// (A, row stride, depth, where to prefetch, tile, its gap, panels, panels of the later call)
  SmallVector<Type> argumentTypes() {
    Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
    SmallVector<Type> types = {pointer, i64, i64, pointer, pointer, i64};
    types.append(product.prefetch == Prefetch::NextCall ? 2 * product.panels : product.panels,
                 pointer);
    return types;
  }

  void emit(ArrayRef<Expression> arguments) {
    a = arguments[0], rowStride = arguments[1], next = arguments[3];
    tile = arguments[4], tileGap = arguments[5];
    panels = arguments.slice(6, product.panels);
    laterPanels = arguments.drop_front(6 + product.panels);
    Expressions sums;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(product.accumulates ? kernel.load(tileVector(row, v), vector)
                                           : kernel.broadcast(kernel.number(0), lanes));
    Expression steps = kernel.ceilDivide(/*depth*/ arguments[2], perStep);
    sums = kernel.loop(kernel.integer(0), steps, 1, sums,
                       [&](Expression step, ArrayRef<Expression> carried) {
                         SmallVector<Expressions> columns = loadColumns(step);
                         return multiplyAdd(step, columns, Expressions(carried));
                       });
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t v = 0; v < vectors; ++v)
        kernel.store(sums[row * vectors + v], tileVector(row, v));
  }

private:
  Expression tileVector(int64_t row, int64_t v) {
    Expression panel = kernel.floatsAt(tile, tileGap * (v / vectorsPerPanel));
    return kernel.floatsAt(panel, row * tileStride + v % vectorsPerPanel * lanes);
  }

  /// Vectors of W of each part of a step; asks for what comes later.
  SmallVector<Expressions> loadColumns(Expression step) {
    SmallVector<Expressions> columns(perStep);
    Expression offset = step * rowStride * numberBytes;
    Expression ahead;
    if (product.prefetch == Prefetch::Ahead)
      ahead = prefetchOffset(kernel, offset, prefetchDistance(product.panels), product.panelBytes,
                             product.panelGap);
    for (Expression panel : panels) {
      Expression row = kernel.bytesAt(panel, offset);
      for (int64_t v = 0; v < vectorsPerPanel; ++v)
        appendColumns(kernel.bytesAt(row, v * lanes * numberBytes), columns);
      if (product.prefetch == Prefetch::Ahead)
        for (int64_t byte = 0; byte < product.columns * numberBytes; byte += kLineBytes)
          kernel.prefetch(kernel.bytesAt(panel, ahead + byte), /*level=*/2);
    }
    if (product.prefetch == Prefetch::NextPanel)
      kernel.prefetch(kernel.bytesAt(next, nextOffset(step, product.stepsPerLine)), /*level=*/2);
    for (Expression panel : laterPanels)
      for (int64_t byte = 0; byte < product.columns * numberBytes; byte += kLineBytes)
        kernel.prefetch(kernel.bytesAt(panel, offset + byte), /*level=*/2);
    return columns;
  }

  /// One vector of W, or the two that its pairs of bf16 hold.
  void appendColumns(Expression from, SmallVectorImpl<Expressions> &columns) {
    switch (product.form) {
    case ColumnForm::Floats:
      return columns[0].push_back(kernel.load(from, vector));
    case ColumnForm::BFloats:
      return columns[0].push_back(
          kernel.widenBFloats(kernel.load(from, VectorType::get({lanes}, kernel.getI16Type()))));
    case ColumnForm::BFloatPairs:
      auto [even, odd] = kernel.widenPairs(kernel.load(from, kernel.integersOf(lanes)));
      columns[0].push_back(even);
      columns[1].push_back(odd);
    }
  }

  /// The numbers of A that one load has brought: those of `count` rows from `first` on.
  struct Factors {
    int64_t first = 0, count = 0;
    Expression numbers;
  };

  /// A's number of a row: of a vector where multiplications take its numbers as their factor. Rows
  /// are asked for in order.
  Expression factorOf(Expression aRow, int64_t row, Factors &loaded) {
    if (row == loaded.first + loaded.count) {
      int64_t most = kernel.target().vectors.multipliesByLane ? kernel.lanes() : 1;
      loaded.first = row;
      loaded.count = int64_t(llvm::bit_floor(uint64_t(std::min(most, rows - row))));
      Expression at = kernel.floatsAt(aRow, row);
      loaded.numbers =
          loaded.count == 1 ? kernel.loadFloat(at) : kernel.load(at, kernel.vectorOf(loaded.count));
    }
    if (loaded.count == 1)
      return loaded.numbers;
    return kernel.wrap(vector::ExtractOp::create(kernel, loaded.numbers, row - loaded.first));
  }

  Expressions multiplyAdd(Expression step, ArrayRef<Expressions> columns, Expressions sums) {
    for (int64_t part = 0; part < perStep; ++part) {
      Expression aRow = kernel.floatsAt(a, (step * perStep + part) * rows);
      Factors factors;
      for (int64_t row = 0; row < rows; ++row) {
        Expression factor = kernel.broadcast(factorOf(aRow, row, factors), lanes);
        for (int64_t v = 0; v < vectors; ++v) {
          Expression &sum = sums[row * vectors + v];
          sum = kernel.multiplyAdd(factor, columns[part][v], sum);
        }
      }
    }
    return sums;
  }

  KernelBuilder &kernel;
  const FloatProduct &product;
  int64_t rows, tileStride, lanes, vectorsPerPanel, vectors, perStep, numberBytes;
  VectorType vector;
  Expression a, rowStride, next, tile, tileGap;
  ArrayRef<Expression> panels, laterPanels;
};

func::FuncOp fixedRowsProduct(KernelBuilder &kernel, const FixedRowsProduct &shape) {
  FixedRowsEmitter emitter(kernel, shape);
  return kernel.kernelOf(shape, shape.name(), emitter.argumentTypes(),
                         [&](ArrayRef<Expression> arguments) { emitter.emit(arguments); });
}

} // namespace

std::string prefetchSuffix(Prefetch prefetch, int64_t stepsPerLine) {
  static constexpr const char *names[] = {"", "_ahead", "_next", "_later"};
  std::string suffix = names[int(prefetch)];
  return stepsPerLine == 1 ? suffix : suffix + llvm::formatv("_each{0}", stepsPerLine).str();
}

Expression nextOffset(Expression step, int64_t stepsPerLine) {
  return step / stepsPerLine * kLineBytes;
}

int64_t prefetchDistance(int64_t panels) {
  // Measured (docs/decisions/0010): a page ahead in one panel, a quarter of one where several are
  // read side by side: half a page, which is in the page being read as often as not, takes a third
  // longer. And not into the first level, whose few outstanding misses the loads themselves need.
  constexpr int64_t kPageBytes = 4096;
  return panels == 1 ? kPageBytes : kPageBytes / 4;
}

Expression prefetchOffset(KernelBuilder &kernel, Expression offset, int64_t distance,
                          int64_t panelBytes, int64_t panelGap) {
  Expression ahead = offset + distance;
  return panelGap == 0 ? ahead : kernel.select(ahead < panelBytes, ahead, ahead + panelGap);
}

int64_t maximumRows(const Target &target, const FloatProduct &shape) {
  int64_t lanes = std::min(target.lanes(), shape.columns);
  return target.mostRows(shape.columns / lanes * shape.panels);
}

void emitFloatProduct(KernelBuilder &kernel, const FloatProduct &shape,
                      const FloatProductCall &call) {
  int64_t most = maximumRows(kernel.target(), shape);
  // Without this, larger numbers of rows would run no case at all and leave the tile as it was.
  if (call.mostRows > most)
    return kernel.fail(llvm::formatv("expects registers for the sums of {0} rows by {1} panels of "
                                     "{2} columns, but got a processor with registers for {3} rows",
                                     call.mostRows, shape.panels, shape.columns, most));
  FixedRowsProduct fixed{.product = shape, .tileStride = call.tile.stride};
  kernel.dispatch(call.rows, 1, most, [&](int64_t count) {
    fixed.rows = count;
    Expressions arguments = {
        call.a,          call.rowStride,
        call.depth,      call.ahead ? call.ahead : kernel.null(),
        call.tile.begin, call.tile.gap ? call.tile.gap : kernel.integer(shape.columns)};
    llvm::append_range(arguments, call.w);
    llvm::append_range(arguments, call.next);
    kernel.call(fixedRowsProduct(kernel, fixed), arguments);
  });
}

} // namespace transept::codegen
