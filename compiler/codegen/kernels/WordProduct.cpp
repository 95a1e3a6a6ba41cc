// SPDX-License-Identifier: Apache-2.0
//
// Emits products of words in vectors and in tile registers.

#include "compiler/codegen/kernels/WordProduct.h"

#include "compiler/codegen/kernels/TileRegisters.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

static_assert(kTileRegisterRows == TileRegisters::kRows);

namespace {

constexpr int64_t kLine = 64;

bool multipliesHalfWords(const Target &target) {
  return target.byteProducts == ByteProducts::Words;
}

std::string nameOf(const WordProduct &product, const char *what, int64_t rows) {
  static constexpr const char *prefetchNames[] = {"", "_ahead", "_next"};
  std::string name = llvm::formatv("{0}_{1}{2}_{3}x{4}_words{5}_from{6}_{7}",
                                   product.kind == WordKind::Bytes ? "int8" : "bf16", what,
                                   product.accumulates ? "_add" : "", rows, product.columns.size(),
                                   product.words, product.rowBytes, product.wordBytes);
  if (product.columns.size() > 1)
    name += llvm::formatv("x{0}", product.columns.back()).str();
  return name +
         llvm::formatv("_to{0}{1}", product.tileStride, prefetchNames[int(product.prefetch)]).str();
}

Expression aheadOf(KernelBuilder &kernel, const WordProduct &product, Expression w,
                   Expression offset) {
  return kernel.bytesAt(w, prefetchOffset(kernel, offset, product.panelCount, product.panelBytes));
}

/// All sums stay in registers over the whole loop.
func::FuncOp vectorProduct(KernelBuilder &kernel, const WordProduct &product, int64_t rows) {
  SmallVector<Type> types(4, kernel.pointerType());
  return kernel.function(
      nameOf(product, "product", rows), types, [&](ArrayRef<Expression> arguments) {
        Expression a = arguments[0], w = arguments[1], ahead = arguments[2], tile = arguments[3];
        int64_t lanes = kernel.lanes(), vectors = product.columns.size();
        bool isBytes = product.kind == WordKind::Bytes;
        Type sumType = isBytes ? kernel.integersOf(lanes) : kernel.vectorType();
        int64_t rowWordBytes = isBytes ? 4 * storedBytes(kernel.target()) : 4;
        auto tileVector = [&](int64_t row, int64_t v) {
          return kernel.floatsAt(tile, row * product.tileStride + v * lanes);
        };
        Expression zero = isBytes ? kernel.broadcast(kernel.integer32(0)) : kernel.vectorNumber(0);

        Expressions sums;
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            sums.push_back(product.accumulates ? kernel.load(tileVector(row, v), sumType) : zero);
        sums = kernel.loop(
            kernel.integer(0), kernel.integer(product.words), 1, sums,
            [&](Expression word, ArrayRef<Expression> carried) {
              Expression wordAt = kernel.bytesAt(w, word * product.wordBytes);
              Expression aheadAt = aheadOf(kernel, product, w, word * product.wordBytes);
              SmallVector<Expressions> columns;
              for (int64_t offset : product.columns) {
                Expression words =
                    kernel.load(kernel.bytesAt(wordAt, offset), kernel.integersOf(lanes));
                columns.push_back(columnFactors(kernel, product.kind, words));
                if (product.prefetch == Prefetch::Ahead && offset % kLine == 0)
                  kernel.prefetch(kernel.bytesAt(aheadAt, offset), /*level=*/1);
              }
              if (product.prefetch == Prefetch::NextPanel)
                kernel.prefetch(kernel.bytesAt(ahead, word * kLine), /*level=*/2);
              Expression rowWord = kernel.bytesAt(a, word * rowWordBytes);
              Expressions next(carried);
              for (int64_t row = 0; row < rows; ++row) {
                Expressions factors = rowFactors(kernel, product.kind,
                                                 kernel.bytesAt(rowWord, row * product.rowBytes));
                for (int64_t v = 0; v < vectors; ++v) {
                  Expression &sum = next[row * vectors + v];
                  sum = multiplyAddWords(kernel, product.kind, sum, columns[v], factors);
                }
              }
              return next;
            });
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            kernel.store(sums[row * vectors + v], tileVector(row, v));
      });
}

/// One or two registers of rows times a register for each vector of columns.
func::FuncOp tileProduct(KernelBuilder &kernel, const WordProduct &product, int64_t rowTiles) {
  SmallVector<Type> types(4, kernel.pointerType());
  return kernel.function(
      nameOf(product, "tiles", rowTiles * kTileRegisterRows), types,
      [&](ArrayRef<Expression> arguments) {
        Expression a = arguments[0], w = arguments[1], ahead = arguments[2], tile = arguments[3];
        TileRegisters tiles(kernel, product.kind == WordKind::Bytes
                                        ? TileRegisters::Numbers::Bytes
                                        : TileRegisters::Numbers::BFloats);
        constexpr int64_t kRows = TileRegisters::kRows, kRowBytes = TileRegisters::kRowBytes;
        int64_t columnTiles = product.columns.size(), stepBytes = kRows * product.wordBytes;
        auto tileAt = [&](int64_t r, int64_t c) {
          return kernel.floatsAt(tile, r * kRows * product.tileStride + c * kRows);
        };

        Expressions sums;
        for (int64_t r = 0; r < rowTiles; ++r)
          for (int64_t c = 0; c < columnTiles; ++c)
            llvm::append_range(sums, product.accumulates
                                         ? tiles.load(tileAt(r, c), 4 * product.tileStride)
                                         : tiles.zero());
        int64_t parts = int64_t(sums.size()) / (rowTiles * columnTiles);
        auto partOf = [&](ArrayRef<Expression> all, int64_t r, int64_t c) {
          return Expressions(all.slice((r * columnTiles + c) * parts, parts));
        };
        sums = kernel.loop(
            kernel.integer(0), kernel.integer(product.words / kRows), 1, sums,
            [&](Expression step, ArrayRef<Expression> carried) {
              Expression stepAt = kernel.bytesAt(w, step * stepBytes);
              Expression aheadAt = aheadOf(kernel, product, w, step * stepBytes);
              SmallVector<Expressions> rows, results(rowTiles * columnTiles);
              for (int64_t r = 0; r < rowTiles; ++r)
                rows.push_back(
                    tiles.load(kernel.bytesAt(a, step * kRowBytes + r * kRows * product.rowBytes),
                               product.rowBytes));
              for (auto [c, offset] : llvm::enumerate(product.columns)) {
                Expressions columns = tiles.load(kernel.bytesAt(stepAt, offset), product.wordBytes);
                for (int64_t r = 0; r < rowTiles; ++r)
                  results[r * columnTiles + c] =
                      tiles.multiplyAdd(partOf(carried, r, c), rows[r], columns);
                if (product.prefetch == Prefetch::Ahead)
                  for (int64_t word = 0; word < kRows; ++word)
                    kernel.prefetch(kernel.bytesAt(aheadAt, offset + word * product.wordBytes),
                                    /*level=*/1);
              }
              // Half of the lines of a step, in the next panel.
              if (product.prefetch == Prefetch::NextPanel)
                for (int64_t line = 0; line < stepBytes / kLine / 2; ++line)
                  kernel.prefetch(kernel.bytesAt(ahead, step * stepBytes + line * kLine),
                                  /*level=*/2);
              Expressions next;
              for (const Expressions &result : results)
                llvm::append_range(next, result);
              return next;
            });
        for (int64_t r = 0; r < rowTiles; ++r)
          for (int64_t c = 0; c < columnTiles; ++c)
            tiles.store(partOf(sums, r, c), tileAt(r, c), 4 * product.tileStride);
      });
}

/// The most rows whose sums fit into the registers, beside the columns.
int64_t mostRows(const Target &target, const WordProduct &product) {
  return std::min(target.tileRows(), 2 * target.tileRows() / int64_t(product.columns.size()));
}

} // namespace

bool usesTilesFor(const Target &target, WordKind kind, int64_t rows) {
  return target.hasTiles && (kind == WordKind::BFloats || rows > target.tileRows());
}

void emitWordProduct(KernelBuilder &kernel, const WordProduct &product, Expression rows,
                     Expression a, Expression w, Expression ahead, Expression tile) {
  const Target &target = kernel.target();
  auto withVectors = [&] {
    kernel.dispatch(rows, 1, mostRows(target, product), [&](int64_t count) {
      kernel.call(vectorProduct(kernel, product, count), {a, w, ahead, tile});
    });
  };
  auto withTiles = [&] {
    auto call = [&](int64_t rowTiles) {
      kernel.call(tileProduct(kernel, product, rowTiles), {a, w, ahead, tile});
    };
    // More than two columns of tiles leave registers for one tile of rows only.
    if (product.columns.size() > 2)
      return call(1);
    kernel.when(rows <= kTileRegisterRows, [&] { call(1); }, [&] { call(2); });
  };
  if (!usesTilesFor(target, product.kind, 2 * kTileRegisterRows) ||
      (product.kind == WordKind::Bytes && product.columns.size() > 2))
    return withVectors();
  if (usesTilesFor(target, product.kind, 1))
    return withTiles();
  kernel.when(rows <= mostRows(target, product), withVectors, withTiles);
}

int64_t storedBytes(const Target &target) {
  return multipliesHalfWords(target) ? 2 : 1;
}

/// Half words are stored with the middle two of each four exchanged: products of half words take
/// the even and the odd bytes of W apart.
void storeBytes(KernelBuilder &kernel, Expression integers, Expression to) {
  if (!multipliesHalfWords(kernel.target()))
    return kernel.store(kernel.cut(integers, kernel.getI8Type()), to);
  SmallVector<int64_t> order;
  for (int64_t i = 0; i < kernel.lanes(); i += 4)
    llvm::append_values(order, i, i + 2, i + 1, i + 3);
  kernel.store(kernel.cut(kernel.shuffle(integers, order), kernel.getI16Type()), to);
}

namespace {

VectorType bFloatsOf(KernelBuilder &kernel) {
  return VectorType::get({2 * kernel.lanes()}, kernel.getBF16Type());
}
VectorType halfWordsOf(KernelBuilder &kernel) {
  return VectorType::get({2 * kernel.lanes()}, kernel.getI16Type());
}

} // namespace

Expressions rowFactors(KernelBuilder &kernel, WordKind kind, Expression word) {
  auto broadcast = [&](int64_t byte, Type type) {
    Expression bits = kernel.load(kernel.bytesAt(word, byte), kernel.getI32Type());
    return kernel.asType(kernel.broadcast(bits), type);
  };
  if (kind == WordKind::BFloats)
    return {broadcast(0, bFloatsOf(kernel))};
  if (multipliesHalfWords(kernel.target()))
    return {broadcast(0, halfWordsOf(kernel)), broadcast(4, halfWordsOf(kernel))};
  return {broadcast(0, kernel.bytesOf(4 * kernel.lanes()))};
}

Expressions columnFactors(KernelBuilder &kernel, WordKind kind, Expression words) {
  if (kind == WordKind::BFloats)
    return {kernel.asType(words, bFloatsOf(kernel))};
  if (!multipliesHalfWords(kernel.target()))
    return {kernel.asType(words, kernel.bytesOf(4 * kernel.lanes()))};
  Expression mask = kernel.broadcast(kernel.integer32(0x00ff00ff));
  Type halfWords = halfWordsOf(kernel);
  return {kernel.asType(words & mask, halfWords),
          kernel.shiftRight(kernel.asType(words, halfWords), 8)};
}

Expression multiplyAddWords(KernelBuilder &kernel, WordKind kind, Expression sums,
                            const Expressions &columns, const Expressions &row) {
  bool isWide = kernel.lanes() == 16;
  if (kind == WordKind::BFloats)
    return kernel.intrinsic("llvm.x86.avx512bf16.dpbf16ps.512", sums.type(),
                            {sums, row[0], columns[0]});
  if (!multipliesHalfWords(kernel.target()))
    return kernel.intrinsic(isWide ? "llvm.x86.avx512.vpdpbusd.512"
                                   : "llvm.x86.avx512.vpdpbusd.256",
                            sums.type(), {sums, columns[0], row[0]});
  for (size_t part = 0; part < 2; ++part)
    sums =
        sums + kernel.intrinsic(isWide ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd",
                                sums.type(), {columns[part], row[part]});
  return sums;
}

} // namespace transept::codegen
