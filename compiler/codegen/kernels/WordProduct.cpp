// SPDX-License-Identifier: Apache-2.0
//
// Emits products of words in vectors and in tile registers.

#include "compiler/codegen/kernels/WordProduct.h"

#include "compiler/codegen/kernels/TileRegisters.h"
#include "compiler/targets/Architecture.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;
using targets::WordForm;

namespace {

constexpr int64_t kLine = 64;

WordForm formOf(const Target &target, WordKind kind) {
  return kind == WordKind::BFloats ? WordForm::BFloats : target.byteForm;
}

bool multipliesHalfWords(const Target &target) {
  return target.byteForm == WordForm::HalfWords;
}

std::string nameOf(const WordProduct &product, const char *what, int64_t rows, int64_t tileStride) {
  std::string name = llvm::formatv("{0}_{1}{2}_{3}x{4}_words{5}_from{6}_{7}",
                                   product.kind == WordKind::Bytes ? "int8" : "bf16", what,
                                   product.accumulates ? "_add" : "", rows, product.vectors(),
                                   product.words, product.rowBytes, product.wordBytes);
  if (product.columns.size() > 1)
    name += llvm::formatv("x{0}", product.columns.back()).str();
  name +=
      llvm::formatv("_to{0}{1}", tileStride, prefetchSuffix(product.prefetch, product.stepsPerLine))
          .str();
  if (product.linesPerStep != 1)
    name += llvm::formatv("_lines{0}", product.linesPerStep).str();
  return name;
}

/// What one function computes.
struct FixedWordProduct {
  WordProduct product;
  int64_t rows = 0, tileStride = 0;
  bool usesTiles = false;

  bool operator==(const FixedWordProduct &) const = default;
};

/// The functions' arguments: rows, where to prefetch, tile, its gap, panels.
SmallVector<Type> argumentTypes(KernelBuilder &kernel, const WordProduct &product) {
  SmallVector<Type> types(3, kernel.pointerType());
  types.push_back(kernel.getI64Type());
  types.append(product.panels, kernel.pointerType());
  return types;
}

/// Bytes are stored with 128 more than they stand for, so that they are unsigned.
Expression asMultiplied(KernelBuilder &kernel, const WordProduct &product, Expression words) {
  if (product.kind != WordKind::Bytes || kernel.target().byteForm != WordForm::SignedBytes)
    return words;
  return words ^ kernel.broadcast(kernel.integer32(int32_t(0x80808080)));
}

/// All sums stay in registers over the whole loop.
func::FuncOp vectorProduct(KernelBuilder &kernel, const WordProduct &product, int64_t rows,
                           int64_t tileStride) {
  return kernel.kernelOf(
      FixedWordProduct{product, rows, tileStride, /*usesTiles=*/false},
      nameOf(product, "product", rows, tileStride), argumentTypes(kernel, product),
      [&](ArrayRef<Expression> arguments) {
        Expression a = arguments[0], next = arguments[1], tile = arguments[2],
                   tileGap = arguments[3];
        ArrayRef<Expression> panels = arguments.drop_front(4);
        int64_t lanes = kernel.lanes(), vectors = product.vectors();
        int64_t perPanel = product.columns.size();
        bool isBytes = product.kind == WordKind::Bytes;
        Type sumType = isBytes ? kernel.integersOf(lanes) : kernel.vectorType();
        int64_t rowWordBytes = isBytes ? 4 * kernel.target().storedBytes() : 4;
        auto tileVector = [&](int64_t row, int64_t v) {
          Expression panel = kernel.floatsAt(tile, tileGap * (v / perPanel));
          return kernel.floatsAt(panel, row * tileStride + v % perPanel * lanes);
        };
        Expression zero = isBytes ? kernel.broadcast(kernel.integer32(0)) : kernel.vectorNumber(0);

        Expressions sums;
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            sums.push_back(product.accumulates ? kernel.load(tileVector(row, v), sumType) : zero);
        sums = kernel.loop(
            kernel.integer(0), kernel.integer(product.words), 1, sums,
            [&](Expression word, ArrayRef<Expression> carried) {
              Expression from = word * product.wordBytes;
              Expression ahead = prefetchOffset(kernel, from, prefetchDistance(product.panels),
                                                product.panelBytes, product.panelGap);
              SmallVector<Expressions> columns;
              for (Expression panel : panels)
                for (int64_t offset : product.columns) {
                  Expression words =
                      kernel.load(kernel.bytesAt(panel, from + offset), kernel.integersOf(lanes));
                  columns.push_back(
                      columnFactors(kernel, product.kind, asMultiplied(kernel, product, words)));
                  if (product.prefetch == Prefetch::Ahead && offset % kLine == 0)
                    kernel.prefetch(kernel.bytesAt(panel, ahead + offset), /*level=*/2);
                }
              if (product.prefetch == Prefetch::NextPanel)
                kernel.prefetch(kernel.bytesAt(next, nextOffset(word, product.stepsPerLine)),
                                /*level=*/2);
              Expression rowWord = kernel.bytesAt(a, word * rowWordBytes);
              Expressions results(carried);
              for (int64_t row = 0; row < rows; ++row) {
                Expressions factors = rowFactors(kernel, product.kind,
                                                 kernel.bytesAt(rowWord, row * product.rowBytes));
                for (int64_t v = 0; v < vectors; ++v) {
                  Expression &sum = results[row * vectors + v];
                  sum = multiplyAddWords(kernel, product.kind, sum, columns[v], factors);
                }
              }
              return results;
            });
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t v = 0; v < vectors; ++v)
            kernel.store(sums[row * vectors + v], tileVector(row, v));
      });
}

/// One or two registers of rows times a register for each vector of columns, within its function.
class TileWordProduct {
public:
  TileWordProduct(KernelBuilder &kernel, const WordProduct &product, int64_t rowTiles,
                  int64_t tileStride, ArrayRef<Expression> arguments)
      : kernel(kernel), product(product), rowTiles(rowTiles), tileStride(tileStride),
        a(arguments[0]), next(arguments[1]), tile(arguments[2]), tileGap(arguments[3]),
        panels(arguments.drop_front(4)),
        tiles(kernel, product.kind == WordKind::Bytes ? WordForm::Bytes : WordForm::BFloats) {}

  void emit() {
    SmallVector<TileRegister> sums;
    forEachTile([&](int64_t r, int64_t c) {
      int64_t number = sums.size();
      sums.push_back(product.accumulates ? tiles.load(number, placeOf(r, c), 4 * tileStride)
                                         : tiles.zero(number));
    });
    assert(sums.size() <= kFirstRows && "registers for the sums");
    Expressions vectors =
        kernel.loop(kernel.integer(0), kernel.integer(product.words / kRows), 1, vectorsOf(sums),
                    [&](Expression step, ArrayRef<Expression> carried) {
                      setVectors(sums, carried);
                      addStep(step, sums);
                      return vectorsOf(sums);
                    });
    setVectors(sums, vectors);
    forEachTile([&](int64_t r, int64_t c) {
      tiles.store(sums[r * columnTiles() + c], placeOf(r, c), 4 * tileStride);
    });
  }

private:
  static constexpr int64_t kRows = TileRegisters::kRows, kRowBytes = TileRegisters::kRowBytes;
  /// Sums have the registers before these, two tiles of rows and columns in turn the others.
  static constexpr size_t kFirstRows = TileRegisters::kCount - 4;
  static constexpr size_t kFirstColumns = kFirstRows + 2;

  int64_t columnTiles() const { return product.vectors(); }
  int64_t stepBytes() const { return kRows * product.wordBytes; }

  void forEachTile(llvm::function_ref<void(int64_t r, int64_t c)> call) {
    for (int64_t r = 0; r < rowTiles; ++r)
      for (int64_t c = 0; c < columnTiles(); ++c)
        call(r, c);
  }

  Expression placeOf(int64_t r, int64_t c) {
    int64_t perPanel = product.columns.size();
    Expression panel = kernel.floatsAt(tile, tileGap * (c / perPanel));
    return kernel.floatsAt(panel, r * kRows * tileStride + c % perPanel * kRows);
  }

  /// What emulated tiles are made of, one tile behind the other.
  static Expressions vectorsOf(ArrayRef<TileRegister> tiles) {
    Expressions all;
    for (const TileRegister &tile : tiles)
      llvm::append_range(all, tile.vectors);
    return all;
  }
  static void setVectors(MutableArrayRef<TileRegister> tiles, ArrayRef<Expression> all) {
    for (TileRegister &tile : tiles) {
      tile.vectors.assign(all.begin(), all.begin() + tile.vectors.size());
      all = all.drop_front(tile.vectors.size());
    }
  }

  /// Adds the products with the words of one register more.
  void addStep(Expression step, MutableArrayRef<TileRegister> sums) {
    Expression from = step * stepBytes();
    // Nearer, it would be part of what this step and the next load themselves.
    Expression ahead =
        prefetchOffset(kernel, from, 2 * stepBytes(), product.panelBytes, product.panelGap);
    SmallVector<TileRegister> rows;
    for (int64_t r = 0; r < rowTiles; ++r)
      rows.push_back(tiles.load(kFirstRows + r,
                                kernel.bytesAt(a, step * kRowBytes + r * kRows * product.rowBytes),
                                product.rowBytes, product.streamsRows));
    int64_t c = 0;
    for (Expression panel : panels)
      for (int64_t offset : product.columns) {
        TileRegister columns = tiles.load(kFirstColumns + c % 2,
                                          kernel.bytesAt(panel, from + offset), product.wordBytes);
        for (int64_t r = 0; r < rowTiles; ++r)
          tiles.multiplyAdd(sums[r * columnTiles() + c], rows[r], columns);
        ++c;
        if (product.prefetch == Prefetch::Ahead)
          for (int64_t word = 0; word < kRows; ++word)
            kernel.prefetch(kernel.bytesAt(panel, ahead + (offset + word * product.wordBytes)),
                            /*level=*/2);
      }
    if (product.prefetch == Prefetch::NextPanel)
      for (int64_t line = 0; line < product.linesPerStep; ++line)
        kernel.prefetch(kernel.bytesAt(next, from + line * kLine), /*level=*/2);
  }

  KernelBuilder &kernel;
  const WordProduct &product;
  int64_t rowTiles, tileStride;
  Expression a, next, tile, tileGap;
  ArrayRef<Expression> panels;
  TileRegisters tiles;
};

func::FuncOp tileProduct(KernelBuilder &kernel, const WordProduct &product, int64_t rowTiles,
                         int64_t tileStride) {
  int64_t rows = rowTiles * kTileRegisterRows;
  return kernel.kernelOf(FixedWordProduct{product, rows, tileStride, /*usesTiles=*/true},
                         nameOf(product, "tiles", rows, tileStride), argumentTypes(kernel, product),
                         [&](ArrayRef<Expression> arguments) {
                           TileWordProduct(kernel, product, rowTiles, tileStride, arguments).emit();
                         });
}

} // namespace

int64_t maximumRows(const Target &target, const WordProduct &product) {
  return target.mostRows(product.vectors());
}

bool usesTilesFor(const Target &target, WordKind kind, int64_t rows) {
  return target.hasTiles && (kind == WordKind::BFloats || rows > target.tileRows());
}

void emitWordProduct(KernelBuilder &kernel, const WordProduct &product, Expression rows,
                     Expression a, ArrayRef<Expression> w, Expression ahead,
                     const ProductTile &tile) {
  const Target &target = kernel.target();
  Expression gap =
      tile.gap ? tile.gap : kernel.integer(int64_t(product.columns.size()) * target.lanes());
  Expressions arguments = {a, ahead, tile.begin, gap};
  llvm::append_range(arguments, w);
  auto withVectors = [&] {
    kernel.dispatch(rows, 1, maximumRows(target, product), [&](int64_t count) {
      kernel.call(vectorProduct(kernel, product, count, tile.stride), arguments);
    });
  };
  auto withTiles = [&] {
    auto call = [&](int64_t rowTiles) {
      kernel.call(tileProduct(kernel, product, rowTiles, tile.stride), arguments);
    };
    // More than two columns of tiles leave registers for one tile of rows only.
    if (product.vectors() > 2)
      return call(1);
    kernel.when(rows <= kTileRegisterRows, [&] { call(1); }, [&] { call(2); });
  };
  if (!usesTilesFor(target, product.kind, 2 * kTileRegisterRows) ||
      (product.kind == WordKind::Bytes && product.vectors() > 2))
    return withVectors();
  if (usesTilesFor(target, product.kind, 1))
    return withTiles();
  kernel.when(rows <= maximumRows(target, product), withVectors, withTiles);
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
  const targets::ProductInstructions &products = kernel.target().architecture->products;
  WordForm form = formOf(kernel.target(), kind);
  for (auto [columnPart, rowPart] : llvm::zip_equal(columns, row))
    sums =
        kernel.wrap(products.multiplyAdd(kernel, kernel.target(), form, sums, columnPart, rowPart));
  return sums;
}

} // namespace transept::codegen
