// SPDX-License-Identifier: Apache-2.0
//
// Emits the loops over panels and the products in them.

#include "compiler/codegen/kernels/PanelStream.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

namespace {

using Piece = PanelStream::Piece;

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
      Piece piece{panel, stretch, zero, stream.rows, stream.prepared};
      Expressions weights;
      for (int64_t place = 0; place < step; ++place)
        for (int64_t part = 0; part < stream.panelsPerOutput; ++part)
          weights.push_back(stream.panelAt(panel + stretch * place, part));
      emitProduct(kernel, product,
                  {.prefetch = Prefetch::Ahead,
                   .half = {},
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
      readAlone(piece, Prefetch::Ahead);
      stream.finish(piece, panel, 0);
    });
  }

  /// Many rows: all their tiles use a panel while it is in cache.
  void passByTiles(Expression begin, Expression end) {
    kernel.loop(begin, end, 1, [&](Expression panel) {
      kernel.loop(zero, stream.rows, tileRows, [&](Expression first) {
        Expression rows = kernel.minimum(stream.rows - first, kernel.integer(tileRows));
        Expression prepared = kernel.bytesAt(stream.prepared, first * product.rowBytes());
        Piece piece{panel, zero, first, rows, prepared};
        // The first tiles ask for the next panel, each for its part.
        kernel.when(
            stream.rows <= tileRows, [&] { readAlone(piece, Prefetch::Ahead); },
            [&] {
              kernel.when(
                  first < prefetchParts(product) * tileRows,
                  [&] { readAlone(piece, Prefetch::NextPanel, first / tileRows); },
                  [&] { readAlone(piece, Prefetch::None); });
            });
        stream.finish(piece, panel, 0);
      });
    });
  }

  /// The parts of one output panel, one after another.
  void readAlone(const Piece &piece, Prefetch prefetch, Expression half = {}) {
    for (int64_t part = 0; part < stream.panelsPerOutput; ++part) {
      Expression weights = stream.panelAt(piece.panel, part);
      ProductTile tile = stream.tileOf(piece);
      tile.begin = kernel.floatsAt(tile.begin, part * product.panels.width);
      emitProduct(kernel, product,
                  {.prefetch = prefetch,
                   .half = half,
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
