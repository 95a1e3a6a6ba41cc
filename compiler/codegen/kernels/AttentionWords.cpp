// SPDX-License-Identifier: Apache-2.0
//
// Emits the rounding of queries, keys and values, and their order in words.

#include "compiler/codegen/kernels/AttentionWords.h"

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/kernels/RowOrder.h"

#include "transept/abi.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

namespace {
constexpr int64_t kBlock = TRANSEPT_KEY_BLOCK;
/// Rows of an odd number of cache lines fall into different sets of the cache.
constexpr int64_t kLine = 64;
} // namespace

AttentionWords::AttentionWords(const AttentionShape &shape, const Target &target)
    : keyDim(shape.keyDim), valueDim(shape.valueDim),
      paddedKeyDim(llvm::alignTo(shape.keyDim, 2 * kTileRegisterRows)),
      valueColumns(llvm::alignTo(shape.valueDim, target.panelWidth())),
      queryRowBytes(2 * paddedKeyDim + kLine), weightRowBytes(2 * kKeysPerStep + kLine),
      keyBlockBytes(2 * paddedKeyDim * kBlock), bytesPerKey(2 * (paddedKeyDim + valueColumns)),
      lanes(target.lanes()), panelWidth(target.panelWidth()),
      blocksAtOnce(std::max<int64_t>(1, panelWidth / kBlock)) {}

WordProduct AttentionWords::scores() const {
  WordProduct product{.kind = WordKind::BFloats,
                      .words = paddedKeyDim / 2,
                      .rowBytes = queryRowBytes,
                      .wordBytes = 4 * kBlock,
                      .columns = {}};
  for (int64_t block = 0; block < blocksAtOnce; ++block)
    for (int64_t key = 0; key < kBlock; key += lanes)
      product.columns.push_back(block * keyBlockBytes + 4 * key);
  return product;
}

WordProduct AttentionWords::sums() const {
  WordProduct product{.kind = WordKind::BFloats,
                      .words = kKeysPerStep / 2,
                      .rowBytes = weightRowBytes,
                      .wordBytes = 4 * valueColumns,
                      .columns = {},
                      .accumulates = true};
  for (int64_t column = 0; column < panelWidth; column += lanes)
    product.columns.push_back(4 * column);
  return product;
}

void emitQueryWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows) {
  func::FuncOp round = roundRow(kernel, words.keyDim, words.paddedKeyDim);
  kernel.loop(kernel.integer(0), rows.count, 1, [&](Expression row) {
    kernel.call(round, {kernel.floatsAt(rows.from, row * rows.stride),
                        kernel.bytesAt(rows.to, row * words.queryRowBytes)});
  });
}

void emitKeyWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows,
                  Expression rounded) {
  func::FuncOp round = roundRow(kernel, words.keyDim, words.paddedKeyDim);
  Expression zero = kernel.integer(0);
  kernel.loop(zero, rows.count, kBlock, [&](Expression key) {
    Expression keys = kernel.minimum(rows.count - key, kernel.integer(kBlock));
    kernel.loop(zero, keys, 1, [&](Expression row) {
      kernel.call(round, {kernel.floatsAt(rows.from, (key + row) * rows.stride),
                          kernel.bytesAt(rounded, row * (2 * words.paddedKeyDim))});
    });
    // Words move as floats do.
    emitTransposeKeys(kernel, {.count = kernel.integer(kBlock),
                               .rows = rounded,
                               .stride = kernel.integer(words.paddedKeyDim / 2),
                               .depth = words.paddedKeyDim / 2,
                               .block = kernel.bytesAt(rows.to, key * (2 * words.paddedKeyDim))});
  });
}

namespace {
struct ValueWordsShape {
  int64_t valueDim = 0, valueColumns = 0, stride = 0;

  bool operator==(const ValueWordsShape &) const = default;
};
} // namespace

void emitValueWords(KernelBuilder &kernel, const AttentionWords &words, const RowsOfFloats &rows) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  int64_t stride = rows.stride;
  ValueWordsShape shape{words.valueDim, words.valueColumns, stride};
  std::string name = llvm::formatv("value_words_{0}_from{1}", words.valueDim, stride);
  auto emit = [&](ArrayRef<Expression> a) {
    Expression keyCount = a[0], rows = a[1], result = a[2], zero = kernel.integer(0);
    Expression pairs = kernel.ceilDivide(keyCount, kKeysPerStep) * (kKeysPerStep / 2);
    kernel.loop(zero, pairs, 1, [&](Expression pair) {
      Expression target = kernel.bytesAt(result, pair * (4 * words.valueColumns));
      Expression even = kernel.floatsAt(rows, pair * (2 * stride));
      auto halves = [&](Expression hasRow, Expression row, int64_t column) {
        int64_t valid = std::clamp<int64_t>(words.valueDim - column, 0, kernel.lanes());
        auto none = [&] { return kernel.vectorNumber(0); };
        Expression values =
            valid == 0
                ? none()
                : kernel.choose(
                      hasRow, {kernel.vectorType()},
                      [&] {
                        return Expressions{kernel.loadFirst(kernel.floatsAt(row, column), valid)};
                      },
                      [&] { return Expressions{none()}; })[0];
        return kernel.widen(kernel.roundToBFloat(values), kernel.getI32Type());
      };
      Expression hasEven = pair * 2 < keyCount, hasOdd = pair * 2 + 1 < keyCount;
      for (int64_t column = 0; column < words.valueColumns; column += kernel.lanes()) {
        Expression low = halves(hasEven, even, column);
        Expression high = halves(hasOdd, kernel.floatsAt(even, stride), column);
        kernel.store(low + kernel.shiftLeft(high, 16), kernel.floatsAt(target, column));
      }
    });
  };
  kernel.call(kernel.kernelOf(shape, name, {i64, pointer, pointer}, emit),
              {rows.count, rows.from, rows.to});
}

} // namespace transept::codegen
