// SPDX-License-Identifier: Apache-2.0
//
// Emits the linear layer. Packed rows of one block stay in cache while the weights pass by once.

#include "compiler/codegen/kernels/Linear.h"

#include "compiler/codegen/kernels/PanelStream.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

std::string LinearShape::name() const {
  std::string result = llvm::formatv("linear_{0}x{1}", depth, outputs);
  if (headCount != 1)
    result += llvm::formatv("_heads{0}{1}", headCount, sharesWeight ? "_shared" : "");
  if (norm)
    result += "_" + norm->name();
  if (storesNormalized)
    result += llvm::formatv("_keep{0}", normalizedStride);
  if (hasBias)
    result += "_bias";
  if (activation)
    result += "_" + stringifyActivationKind(*activation).str();
  if (isGated)
    result += "_gated";
  if (hasResidual)
    result += llvm::formatv("_residual{0}", residualStride);
  result += numberSuffix(numbers);
  return result + llvm::formatv("_from{0}_to{1}", inputStride, outputStride).str();
}

namespace {

/// Where a worker's scratch is divided, in bytes.
struct Scratch {
  int64_t staging, tile, prepared, bytes;

  Scratch(const LinearShape &shape, const PackedProduct &product) {
    staging = 0;
    tile = staging + 4 * product.tileRows() * stagingStride(shape.depth);
    // Of one tile of rows and panels side by side, or of all rows of the block and one output
    // panel.
    int64_t panelsPerOutput = shape.isGated ? 2 : 1;
    int64_t sums = product.tileRows() * std::max(shape.strategy.streamPanels, panelsPerOutput);
    if (passes(product, panelsPerOutput) > 1)
      sums = std::max(sums, shape.strategy.rowBlock * panelsPerOutput);
    prepared = tile + 4 * sums * product.panels.width;
    bytes = prepared + product.preparedBytes(shape.strategy.rowBlock);
  }
};

class LinearEmitter {
public:
  LinearEmitter(KernelBuilder &kernel, const LinearShape &shape, const LinearOperands &operands)
      : kernel(kernel), shape(shape), operands(operands),
        product(kernel.target(), shape.numbers, shape.depth), scratch(shape, product),
        tileRows(product.tileRows()), panelWidth(product.panels.width),
        panelsPerOutput(shape.isGated ? 2 : 1),
        outputPanels(llvm::divideCeil(shape.outputs, panelWidth)),
        staging(kernel.bytesAt(operands.scratch, scratch.staging)),
        tile(kernel.bytesAt(operands.scratch, scratch.tile)),
        prepared(kernel.bytesAt(operands.scratch, scratch.prepared)) {}

  void emit() {
    Expression rowCount = operands.rowCount, worker = operands.worker;
    Expression workerCount = operands.workerCount;
    Expression sharesRows = rowCount >= workerCount * shape.strategy.rowsToSplit;
    Share rows = shareOf(kernel, rowCount, worker, workerCount, tileRows);
    Share panels = shareOf(kernel, kernel.integer(outputPanels), worker, workerCount);
    Expression zero = kernel.integer(0);
    Expression rowBegin = kernel.select(sharesRows, rows.begin, zero);
    Expression rowEnd = kernel.select(sharesRows, rows.end, rowCount);
    Expression panelBegin = kernel.select(sharesRows, zero, panels.begin);
    Expression panelEnd = kernel.select(sharesRows, kernel.integer(outputPanels), panels.end);

    kernel.loop(rowBegin, rowEnd, shape.strategy.rowBlock, [&](Expression base) {
      Expression rows = kernel.minimum(rowEnd - base, kernel.integer(shape.strategy.rowBlock));
      prepareRows(base, rows, sharesRows);
      emitPanelStream(kernel, product, streamOf(base, rows), panelBegin, panelEnd);
    });
  }

private:
  void prepareRows(Expression base, Expression rows, Expression sharesRows) {
    kernel.loop(kernel.integer(0), rows, tileRows, [&](Expression first) {
      Expression count = kernel.minimum(rows - first, kernel.integer(tileRows));
      emitPrepareRows(kernel, product,
                      {.norm = shape.norm,
                       .rows = count,
                       .input = kernel.floatsAt(operands.input, (base + first) * shape.inputStride),
                       .inputStride = shape.inputStride,
                       .gain = operands.gain,
                       .shift = operands.shift,
                       .staging = staging,
                       .prepared = preparedAt(first)});
      if (shape.storesNormalized)
        storeNormalized(base + first, count, sharesRows);
    });
  }

  /// Workers that share columns all normalize all rows: each stores only its share of them.
  void storeNormalized(Expression first, Expression count, Expression sharesRows) {
    Expression isMine = (first / tileRows) % operands.workerCount == operands.worker;
    kernel.when(kernel.select(sharesRows, kernel.boolean(true), isMine), [&] {
      kernel.loop(kernel.integer(0), count, 1, [&](Expression row) {
        Expression from = kernel.floatsAt(staging, row * stagingStride(shape.depth));
        Expression to =
            kernel.floatsAt(operands.normalized, (first + row) * shape.normalizedStride);
        forEachVector(kernel, shape.depth, [&](Expression column, int64_t valid) {
          kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(from, column), valid),
                            kernel.floatsAt(to, column), valid);
        });
      });
    });
  }

  /// The panel of a gated layer's gates (part 0) or values, or the only one.
  Expression partAt(Expression panel, int64_t part) {
    int64_t panelBytes = product.panels.panelBytes();
    return kernel.bytesAt(operands.weights,
                          panel * (panelsPerOutput * panelBytes) + part * panelBytes);
  }

  Expression preparedAt(Expression row) {
    return kernel.bytesAt(prepared, row * product.rowBytes());
  }

  /// From row to row of the sums of a piece, which lie in the tile panel by panel.
  int64_t tileStride(const PanelStream::Piece &piece) const {
    return piece.outputPanels * panelsPerOutput * panelWidth;
  }
  /// Of one of its rows.
  Expression sumsOf(const PanelStream::Piece &piece, Expression row) {
    bool isKept = passes(product, panelsPerOutput) > 1;
    return kernel.floatsAt(tile, (isKept ? piece.first + row : row) * tileStride(piece));
  }

  /// The sums of a piece are finished at once, or behind the last pass.
  PanelStream streamOf(Expression base, Expression rows) {
    return {.rows = rows,
            .prepared = prepared,
            .panelsPerOutput = panelsPerOutput,
            .sideBySide = shape.strategy.streamPanels,
            .panelAt = [this](Expression panel, int64_t part) { return partAt(panel, part); },
            .tileOf =
                [this](const PanelStream::Piece &piece) {
                  return ProductTile{sumsOf(piece, kernel.integer(0)), tileStride(piece)};
                },
            .finish = [this, base](const PanelStream::Piece &piece, Expression panel,
                                   int64_t place) { finish(base, piece, panel, place); }};
  }

  /// Bias, activation, gate and residual of an output panel, whose sums are number `place` in the
  /// tile, for the piece's rows of the block at `base`.
  void finish(Expression base, const PanelStream::Piece &piece, Expression panel, int64_t place) {
    kernel.loop(kernel.integer(0), piece.rows, 1, [&](Expression row) {
      Expression sums = kernel.floatsAt(sumsOf(piece, row), place * panelsPerOutput * panelWidth);
      RowScale scale = emitRowScale(kernel, product, preparedAt(piece.first + row));
      Expression firstColumn = panel * panelWidth, outputRow = base + piece.first + row;
      Expression results =
          kernel.floatsAt(operands.output, outputRow * shape.outputStride + firstColumn);
      Expression residuals;
      if (shape.hasResidual)
        residuals =
            kernel.floatsAt(operands.residual, outputRow * shape.residualStride + firstColumn);
      Expression biases;
      if (shape.hasBias)
        biases = kernel.floatsAt(operands.bias, panel * (panelsPerOutput * panelWidth));
      for (int64_t v = 0; v < panelWidth; v += kernel.lanes()) {
        auto sum = [&](int64_t part) {
          int64_t at = part * panelWidth + v;
          Expression value = emitNumbers(kernel, product, scale, kernel.floatsAt(sums, at),
                                         partAt(panel, part), v);
          return shape.hasBias ? value + kernel.loadVector(kernel.floatsAt(biases, at)) : value;
        };
        Expression value = sum(0);
        if (shape.activation)
          value = emitActivation(kernel, *shape.activation, value);
        if (shape.isGated)
          value = value * sum(1);
        if (shape.hasResidual)
          value = value + kernel.loadVector(kernel.floatsAt(residuals, v));
        if (shape.headCount == 1 || shape.outputs % panelWidth == 0)
          kernel.store(value, kernel.floatsAt(results, v));
        else
          kernel.storeMasked(value, kernel.floatsAt(results, v),
                             kernel.maskOfFirst(kernel.integer(shape.outputs - v) - firstColumn));
      }
    });
  }

  KernelBuilder &kernel;
  const LinearShape &shape;
  const LinearOperands &operands;
  PackedProduct product;
  Scratch scratch;
  int64_t tileRows, panelWidth, panelsPerOutput, outputPanels;
  Expression staging, tile, prepared;
};

} // namespace

int64_t linearScratchBytes(const LinearShape &shape, const Target &target) {
  return Scratch(shape, PackedProduct(target, shape.numbers, shape.depth)).bytes;
}

/// The layer, or each of its heads.
static void emitHeads(KernelBuilder &kernel, const LinearShape &shape, const PackedPanels &panels,
                      const LinearOperands &operands) {
  if (shape.headCount == 1)
    return LinearEmitter(kernel, shape, operands).emit();
  int64_t count = llvm::divideCeil(shape.outputs, panels.width);
  kernel.loop(kernel.integer(0), kernel.integer(shape.headCount), 1, [&](Expression head) {
    LinearOperands one = operands;
    one.input = kernel.floatsAt(operands.input, head * shape.depth);
    one.output = kernel.floatsAt(operands.output, head * shape.outputs);
    if (!shape.sharesWeight)
      one.weights = kernel.bytesAt(operands.weights, head * (count * panels.panelBytes()));
    if (shape.hasBias)
      one.bias = kernel.floatsAt(operands.bias, head * (count * panels.width));
    LinearEmitter(kernel, shape, one).emit();
  });
}

Kernel<LinearOperands> linearKernel(KernelBuilder &kernel, const LinearShape &shape) {
  return kernelOf<LinearOperands>(kernel, shape, shape.name(), [&](const LinearOperands &operands) {
    PackedProduct product(kernel.target(), shape.numbers, shape.depth);
    withRegistersOf(kernel, product, [&] { emitHeads(kernel, shape, product.panels, operands); });
  });
}

} // namespace transept::codegen
