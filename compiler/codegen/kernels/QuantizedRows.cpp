// SPDX-License-Identifier: Apache-2.0
//
// Emits the quantization of rows and their products with half bytes.

#include "compiler/codegen/kernels/QuantizedRows.h"

#include "compiler/codegen/kernels/WordProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr int64_t kLimit = 127;
/// The largest magnitudes below this count as zero: their reciprocal would overflow.
constexpr double kSmallest = 1e-30;

class HalfByteProductEmitter {
public:
  HalfByteProductEmitter(KernelBuilder &kernel, const PackedProduct &product,
                         const HalfByteProduct &shape)
      : kernel(kernel), product(product), shape(shape), layout(shape.layout), rows(shape.rows),
        lanes(kernel.lanes()), vectors(shape.panels * layout.width / lanes) {}

  func::FuncOp emit() {
    std::string name = llvm::formatv("int4_product_{0}x{1}x{2}_depth{3}_to{4}{5}", rows,
                                     shape.panels, layout.width, layout.depth, shape.tileStride,
                                     prefetchSuffix(shape.prefetch, shape.stepsPerLine));
    SmallVector<Type> types(3, kernel.pointerType());
    types.push_back(kernel.getI64Type());
    types.append(shape.panels, kernel.pointerType());
    return kernel.kernelOf(shape, name, types, [&](ArrayRef<Expression> arguments) {
      prepared = arguments[0], next = arguments[1], tile = arguments[2], tileGap = arguments[3];
      panels.assign(arguments.begin() + 4, arguments.end());
      emitGroups();
    });
  }

private:
  /// Sums of a group are exact; groups are added up in order, in the tile.
  void emitGroups() {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t v = 0; v < vectors; ++v)
        kernel.store(kernel.vectorNumber(0), tileVector(row, v));
    constexpr int64_t kWordsOfGroup = PackedPanels::kGroup / 8;
    kernel.loop(kernel.integer(0), kernel.integer(layout.groups()), 1, [&](Expression group) {
      Expression groupAt = group * layout.groupBytes();
      Expressions sums = kernel.loop(
          kernel.integer(0), kernel.integer(kWordsOfGroup), 1, zeros(),
          [&](Expression word, ArrayRef<Expression> carried) {
            Expressions next(carried);
            SmallVector<Expressions> halves[2]; // low, high
            for (int64_t v = 0; v < vectors; ++v) {
              Expression words = loadWords(v, groupAt + word * (4 * layout.width));
              Expression shiftedDown = kernel.shiftRight(words, 4);
              halves[0].push_back(columnFactors(kernel, WordKind::Bytes, lowHalves(words)));
              halves[1].push_back(columnFactors(kernel, WordKind::Bytes, lowHalves(shiftedDown)));
            }
            prefetchWords(groupAt + word * (4 * layout.width), group * kWordsOfGroup + word);
            for (int64_t row = 0; row < rows; ++row)
              for (int64_t half = 0; half < 2; ++half) {
                Expression at = group * (PackedPanels::kGroup / 4) + word + half * kWordsOfGroup;
                Expressions factors = rowFactors(kernel, WordKind::Bytes, wordOf(row, at));
                for (int64_t v = 0; v < vectors; ++v) {
                  Expression &sum = next[row * vectors + v];
                  sum = multiplyAddWords(kernel, WordKind::Bytes, sum, halves[half][v], factors);
                }
              }
            return next;
          });
      addGroup(group, groupAt, sums);
    });
  }

  void addGroup(Expression group, Expression groupAt, ArrayRef<Expression> sums) {
    auto halves = VectorType::get({lanes}, kernel.getI16Type());
    Expressions scales;
    for (int64_t v = 0; v < vectors; ++v) {
      int64_t column = v * lanes % layout.width, panel = v * lanes / layout.width;
      Expression at =
          kernel.bytesAt(panels[panel], groupAt + (layout.groupWordBytes() + 2 * column));
      scales.push_back(kernel.widenBFloats(kernel.load(at, halves)));
    }
    for (int64_t row = 0; row < rows; ++row) {
      Expression offset = kernel.loadInt32(
          kernel.bytesAt(prepared, row * product.rowBytes() + product.scaleOffset() + 4), group);
      for (int64_t v = 0; v < vectors; ++v) {
        Expression exact = kernel.toFloat(sums[row * vectors + v] - kernel.broadcast(offset));
        Expression at = tileVector(row, v);
        kernel.store(kernel.multiplyAdd(exact, scales[v], kernel.loadVector(at)), at);
      }
    }
  }

  Expressions zeros() { return Expressions(rows * vectors, kernel.broadcast(kernel.integer32(0))); }

  Expression loadWords(int64_t v, Expression offset) {
    int64_t column = v * lanes % layout.width, panel = v * lanes / layout.width;
    Expression at = kernel.bytesAt(panels[panel], offset + 4 * column);
    return kernel.load(at, kernel.integersOf(lanes));
  }

  /// The lower half of each byte.
  Expression lowHalves(Expression words) {
    return words & kernel.broadcast(kernel.integer32(0x0f0f0f0f));
  }

  /// Asks for a cache line of each panel for each 64 bytes that a step reads.
  void prefetchWords(Expression offset, Expression word) {
    constexpr int64_t kLine = 64;
    if (shape.prefetch == Prefetch::Ahead) {
      Expression at = prefetchOffset(kernel, offset, prefetchDistance(shape.panels),
                                     layout.panelBytes(), shape.panelGap);
      for (Expression panel : panels)
        for (int64_t byte = 0; byte < 4 * layout.width; byte += kLine)
          kernel.prefetch(kernel.bytesAt(panel, at + byte), /*level=*/2);
    }
    if (shape.prefetch == Prefetch::NextPanel)
      kernel.prefetch(kernel.bytesAt(next, nextOffset(word, shape.stepsPerLine)), /*level=*/2);
  }

  Expression wordOf(int64_t row, Expression word) {
    return kernel.bytesAt(prepared,
                          word * (4 * kernel.target().storedBytes()) + row * product.rowBytes());
  }

  Expression tileVector(int64_t row, int64_t v) {
    int64_t perPanel = layout.width / lanes;
    Expression panel = kernel.floatsAt(tile, tileGap * (v / perPanel));
    return kernel.floatsAt(panel, row * shape.tileStride + v % perPanel * lanes);
  }

  KernelBuilder &kernel;
  const PackedProduct &product;
  const HalfByteProduct &shape;
  const PackedPanels &layout;
  int64_t rows, lanes, vectors;
  Expression prepared, next, tile, tileGap;
  Expressions panels;
};

/// The largest magnitude of the row, in four interleaved maxima. Magnitudes are in the order of
/// their bits, and above all of them is NaN, which a maximum of floats would lose: a row that has
/// one becomes NaN as a whole instead of something that looks like numbers.
Expression largestMagnitude(KernelBuilder &kernel, int64_t depth, Expression row) {
  constexpr int64_t kPartial = 4;
  int64_t lanes = kernel.lanes(), step = kPartial * lanes, whole = depth / step * step;
  auto magnitudes = [&](Expression floats) {
    return kernel.asType(kernel.absolute(floats), kernel.integersOf(lanes));
  };
  Expressions largest(kPartial, kernel.broadcast(kernel.integer32(0)));
  largest =
      kernel.loop(kernel.integer(0), kernel.integer(whole), step, largest,
                  [&](Expression column, ArrayRef<Expression> carried) {
                    Expressions next;
                    for (int64_t i = 0; i < kPartial; ++i) {
                      Expression at = kernel.floatsAt(row, column + i * lanes);
                      next.push_back(kernel.maximum(carried[i], magnitudes(kernel.loadVector(at))));
                    }
                    return next;
                  });
  for (int64_t column = whole; column < depth; column += lanes) {
    int64_t count = std::min(lanes, depth - column);
    Expression values = kernel.loadFirst(kernel.floatsAt(row, column), count);
    Expression &part = largest[(column - whole) / lanes];
    part = kernel.maximum(part, magnitudes(values));
  }
  Expression all = kernel.maximum(kernel.maximum(largest[0], largest[1]),
                                  kernel.maximum(largest[2], largest[3]));
  return kernel.asType(kernel.maximumOf(all), kernel.getF32Type());
}

} // namespace

namespace {
struct QuantizeRowShape {
  PackedPanels layout;

  bool operator==(const QuantizeRowShape &) const = default;
};
} // namespace

func::FuncOp quantizeRow(KernelBuilder &kernel, const PackedProduct &product) {
  const PackedPanels &layout = product.panels;
  QuantizeRowShape shape{layout};
  bool isInt8 = layout.type == plan::NumberType::Int8;
  Type pointer = kernel.pointerType();
  std::string name = llvm::formatv("quantize_row_{0}_for_{1}", layout.depth,
                                   plan::stringifyNumberType(layout.type));
  return kernel.kernelOf(shape, name, {pointer, pointer}, [&](ArrayRef<Expression> arguments) {
    Expression row = arguments[0], result = arguments[1];
    int64_t lanes = kernel.lanes(), perInput = kernel.target().storedBytes();
    Expression largest = largestMagnitude(kernel, layout.depth, row);
    Expression isZero = largest < kernel.number(kSmallest);
    Expression zero = kernel.number(0);
    Expression factor =
        kernel.broadcast(kernel.select(isZero, zero, kernel.number(kLimit) / largest));
    Expression scales = kernel.bytesAt(result, product.scaleOffset());
    kernel.store(kernel.select(isZero, zero, largest * kernel.number(1.0 / kLimit)), scales);

    // Vector by vector; inputs that fill up are zeros. Returns the integers of one vector.
    auto quantize = [&](Expression column, int64_t count) {
      Expression values = count > 0 ? kernel.loadFirst(kernel.floatsAt(row, column), count)
                                    : kernel.vectorNumber(0);
      Expression integers = kernel.roundToInt32(values * factor);
      storeBytes(kernel, integers, kernel.bytesAt(result, column * perInput));
      return integers;
    };
    Expression none = kernel.broadcast(kernel.integer32(0));
    // Where each group has a sum of its own, a group is what one sum covers.
    int64_t span = isInt8 ? layout.paddedDepth() : PackedPanels::kGroup;
    auto storeSum = [&](Expression group, Expression sum) {
      kernel.store(kernel.sumOf(sum) * product.zeroPoint(), kernel.bytesAt(scales, group * 4 + 4));
    };
    int64_t whole = layout.depth / span * span;
    auto sumSpan = [&](Expression begin, int64_t count) {
      Expression sum = kernel.loop(begin, begin + count / lanes * lanes, lanes, {none},
                                   [&](Expression column, ArrayRef<Expression> carried) {
                                     return Expressions{carried[0] + quantize(column, lanes)};
                                   })[0];
      for (int64_t column = count / lanes * lanes; column < span; column += lanes)
        sum = sum + quantize(begin + column, std::clamp<int64_t>(count - column, 0, lanes));
      return sum;
    };
    kernel.loop(kernel.integer(0), kernel.integer(whole / span), 1,
                [&](Expression group) { storeSum(group, sumSpan(group * span, span)); });
    if (whole < layout.paddedDepth())
      storeSum(kernel.integer(whole / span), sumSpan(kernel.integer(whole), layout.depth - whole));
  });
}

func::FuncOp halfByteProduct(KernelBuilder &kernel, const PackedProduct &product,
                             const HalfByteProduct &shape) {
  return HalfByteProductEmitter(kernel, product, shape).emit();
}

} // namespace transept::codegen
