// SPDX-License-Identifier: Apache-2.0
//
// Emits the loops over panels and the products in them.

#include "compiler/codegen/kernels/PanelStream.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

using Piece = PanelStream::Piece;

/// What of an output panel is multiplied together.
struct Pass {
  int64_t firstPart = 0, endPart = 0;
  std::optional<DepthRange> depth = {}; // none: all of it
};

SmallVector<Pass> passesOf(const PackedProduct &product, int64_t panelsPerOutput) {
  if (!product.usesTiles())
    return {{0, panelsPerOutput}};
  SmallVector<Pass> all;
  for (int64_t part = 0; part < panelsPerOutput; ++part)
    for (DepthRange range : depthRanges(product))
      all.push_back({part, part + 1, range});
  return all;
}

class StreamEmitter {
public:
  StreamEmitter(KernelBuilder &kernel, const PackedProduct &product, const PanelStream &stream)
      : kernel(kernel), product(product), stream(stream), tileRows(product.tileRows()),
        zero(kernel.integer(0)) {}

  /// The fewer rows, the more panels are read side by side.
  void emit(Expression begin, Expression end, int64_t panels) {
    if (panels == 1 || panels < stream.panelsPerOutput)
      return passByTiles(begin, end);
    int64_t most = product.maximumRows(panels);
    if (most == 0)
      return emit(begin, end, panels / 2);
    kernel.when(
        stream.rows <= most, [&] { readSideBySide(begin, end, panels); },
        [&] { emit(begin, end, panels / 2); });
  }

private:
  /// Few rows: several panels at once, far apart, so that each is the next piece of one long
  /// stream; then the rest one output panel at a time.
  void readSideBySide(Expression begin, Expression end, int64_t panels) {
    int64_t step = panels / stream.panelsPerOutput;
    Expression stretch = (end - begin) / step;
    kernel.loop(begin, begin + stretch, 1, [&](Expression panel) {
      Piece piece{panel, stretch, zero, stream.rows, stream.prepared, step};
      Expressions weights;
      for (int64_t place = 0; place < step; ++place)
        for (int64_t part = 0; part < stream.panelsPerOutput; ++part)
          weights.push_back(stream.panelAt(panel + stretch * place, part));
      emitProduct(kernel, product,
                  {.prefetch = Prefetch::Ahead,
                   .part = {},
                   .rows = piece.rows,
                   .prepared = piece.prepared,
                   .weights = weights,
                   .panelGap = (stream.panelsPerOutput - 1) * product.panels.panelBytes(),
                   .tile = stream.tileOf(piece)});
      for (int64_t place = 0; place < step; ++place)
        stream.finish(piece, panel + stretch * place, place);
    });
    kernel.loop(begin + stretch * step, end, 1, [&](Expression panel) {
      Piece piece{panel, zero, zero, stream.rows, stream.prepared};
      read(piece, {0, stream.panelsPerOutput}, Prefetch::Ahead);
      stream.finish(piece, panel, 0);
    });
  }

  /// Many rows: all their tiles use a panel, or a range of its depth, while it is in cache.
  void passByTiles(Expression begin, Expression end) {
    SmallVector<Pass> all = passesOf(product, stream.panelsPerOutput);
    Expression isMany = stream.rows > tileRows;
    kernel.loop(begin, end, 1, [&](Expression panel) {
      for (const Pass &pass : ArrayRef(all).drop_back())
        kernel.when(isMany, [&] {
          forEachTile(panel, [&](const Piece &piece) { askForNext(piece, pass); });
        });
      forEachTile(panel, [&](const Piece &piece) {
        kernel.when(
            isMany, [&] { askForNext(piece, all.back()); },
            [&] { read(piece, {0, stream.panelsPerOutput}, Prefetch::Ahead); });
        stream.finish(piece, panel, 0);
      });
    });
  }

  void forEachTile(Expression panel, function_ref<void(const Piece &)> body) {
    kernel.loop(zero, stream.rows, tileRows, [&](Expression first) {
      Expression rows = kernel.minimum(stream.rows - first, kernel.integer(tileRows));
      Expression prepared = kernel.bytesAt(stream.prepared, first * product.rowBytes());
      body({panel, zero, first, rows, prepared});
    });
  }

  /// The first tiles ask for what comes next, each for its part, in as many as there are tiles for.
  void askForNext(const Piece &piece, const Pass &pass) {
    askForNext(piece, pass, prefetchParts(product));
  }
  void askForNext(const Piece &piece, const Pass &pass, ArrayRef<int64_t> partCounts) {
    if (partCounts.empty())
      return read(piece, pass, Prefetch::None);
    int64_t parts = partCounts.back();
    auto ask = [&] {
      kernel.when(
          piece.first < parts * tileRows,
          [&] { read(piece, pass, Prefetch::NextPanel, piece.first / tileRows, parts); },
          [&] { read(piece, pass, Prefetch::None); });
    };
    if (partCounts.size() == 1)
      return ask();
    kernel.when(stream.rows >= parts * tileRows, ask,
                [&] { askForNext(piece, pass, partCounts.drop_back()); });
  }

  void read(const Piece &piece, const Pass &pass, Prefetch prefetch, Expression next = {},
            int64_t nextParts = 1) {
    for (int64_t part = pass.firstPart; part < pass.endPart; ++part) {
      Expression weights = stream.panelAt(piece.panel, part);
      ProductTile tile = stream.tileOf(piece);
      tile.begin = kernel.floatsAt(tile.begin, part * product.panels.width);
      emitProduct(kernel, product,
                  {.depth = pass.depth,
                   .prefetch = prefetch,
                   .part = next,
                   .parts = nextParts,
                   .rows = piece.rows,
                   .prepared = piece.prepared,
                   .weights = {weights},
                   .tile = tile});
    }
  }

  KernelBuilder &kernel;
  const PackedProduct &product;
  const PanelStream &stream;
  int64_t tileRows;
  Expression zero;
};

} // namespace

int64_t passes(const PackedProduct &product, int64_t panelsPerOutput) {
  return passesOf(product, panelsPerOutput).size();
}

void emitPanelStream(KernelBuilder &kernel, const PackedProduct &product, const PanelStream &stream,
                     Expression begin, Expression end) {
  // A panel alone must serve whole tiles of rows.
  if (int64_t most = product.maximumRows(1); most < product.tileRows())
    return kernel.fail(llvm::formatv("expects registers for the sums of {0} rows by a panel, but "
                                     "got a processor with registers for {1}",
                                     product.tileRows(), most));
  StreamEmitter(kernel, product, stream).emit(begin, end, stream.sideBySide);
}

} // namespace transept::codegen
