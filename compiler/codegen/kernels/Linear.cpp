// SPDX-License-Identifier: Apache-2.0
//
// Emits the linear layer. Packed rows of one block stay in cache while the weights pass by once;
// with few rows, several panels are read side by side, because reading weights is the bound then.

#include "compiler/codegen/kernels/Linear.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

std::string LinearShape::name() const {
  std::string result = llvm::formatv("linear_{0}x{1}", depth, outputs);
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
    prepared = tile + 4 * product.tileRows() * tileStride(shape, product);
    bytes = prepared + product.preparedBytes(shape.strategy.rowBlock);
  }
  static int64_t tileStride(const LinearShape &shape, const PackedProduct &product) {
    return shape.strategy.streamPanels * product.panels.width;
  }
};

class LinearEmitter {
public:
  LinearEmitter(KernelBuilder &kernel, const LinearShape &shape, ArrayRef<Expression> arguments)
      : kernel(kernel), shape(shape), product(kernel.target(), shape.numbers, shape.depth),
        scratch(shape, product), tileRows(product.tileRows()), panelWidth(product.panels.width),
        panelsPerOutput(shape.isGated ? 2 : 1),
        outputPanels(llvm::divideCeil(shape.outputs, panelWidth)), input(arguments[0]),
        weights(arguments[1]), bias(arguments[2]), gain(arguments[3]), shift(arguments[4]),
        residual(arguments[5]), output(arguments[6]), normalized(arguments[7]),
        rowCount(arguments[8]), worker(arguments[10]), workerCount(arguments[11]) {
    staging = kernel.bytesAt(arguments[9], scratch.staging);
    tile = kernel.bytesAt(arguments[9], scratch.tile);
    prepared = kernel.bytesAt(arguments[9], scratch.prepared);
  }

  void emit() {
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
      emitPanels(base, rows, panelBegin, panelEnd, shape.strategy.streamPanels);
    });
  }

private:
  /// The fewer rows, the more panels are read side by side.
  void emitPanels(Expression base, Expression rows, Expression begin, Expression end,
                  int64_t panels) {
    if (panels == 1 || panels < panelsPerOutput)
      return passPanels(base, rows, begin, end);
    if (product.maximumRows(panels) == 0)
      return emitPanels(base, rows, begin, end, panels / 2);
    kernel.when(
        rows <= product.maximumRows(panels), [&] { streamPanels(base, rows, begin, end, panels); },
        [&] { emitPanels(base, rows, begin, end, panels / 2); });
  }

  void prepareRows(Expression base, Expression rows, Expression sharesRows) {
    kernel.loop(kernel.integer(0), rows, tileRows, [&](Expression first) {
      Expression count = kernel.minimum(rows - first, kernel.integer(tileRows));
      emitPrepareRows(kernel, product, shape.norm, count,
                      kernel.floatsAt(input, (base + first) * shape.inputStride), shape.inputStride,
                      gain, shift, staging, preparedAt(first));
      if (shape.storesNormalized)
        storeNormalized(base + first, count, sharesRows);
    });
  }

  /// Workers that share columns all normalize all rows: each stores only its share of them.
  void storeNormalized(Expression first, Expression count, Expression sharesRows) {
    Expression isMine = (first / tileRows) % workerCount == worker;
    kernel.when(kernel.select(sharesRows, kernel.boolean(true), isMine), [&] {
      kernel.loop(kernel.integer(0), count, 1, [&](Expression row) {
        Expression from = kernel.floatsAt(staging, row * stagingStride(shape.depth));
        Expression to = kernel.floatsAt(normalized, (first + row) * shape.normalizedStride);
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
    return kernel.bytesAt(weights, panel * (panelsPerOutput * panelBytes) + part * panelBytes);
  }

  Expression preparedAt(Expression row) {
    return kernel.bytesAt(prepared, row * product.rowBytes());
  }

  /// Few rows: several panels at once, far apart, so that each is the next piece of one long
  /// stream; then the rest one output panel at a time.
  void streamPanels(Expression base, Expression rows, Expression begin, Expression end,
                    int64_t panels) {
    int64_t step = panels / panelsPerOutput;
    Expression stretch = (end - begin) / step, zero = kernel.integer(0);
    kernel.loop(begin, begin + stretch, 1, [&](Expression panel) {
      Expressions weights;
      for (int64_t output = 0; output < step; ++output)
        for (int64_t part = 0; part < panelsPerOutput; ++part)
          weights.push_back(partAt(panel + stretch * output, part));
      emitProduct(kernel, product,
                  {.prefetch = Prefetch::Ahead,
                   .half = {},
                   .rows = rows,
                   .prepared = prepared,
                   .weights = weights,
                   .panelGap = (panelsPerOutput - 1) * product.panels.panelBytes(),
                   .tile = {tile, Scratch::tileStride(shape, product)}});
      for (int64_t output = 0; output < step; ++output)
        finish(base, zero, rows, panel + stretch * output, output);
    });
    kernel.loop(begin + stretch * step, end, 1, [&](Expression panel) {
      singlePanel(rows, prepared, panel, Prefetch::Ahead);
      finish(base, zero, rows, panel, 0);
    });
  }

  void passPanels(Expression base, Expression rows, Expression begin, Expression end) {
    kernel.loop(begin, end, 1, [&](Expression panel) {
      kernel.loop(kernel.integer(0), rows, tileRows, [&](Expression first) {
        Expression count = kernel.minimum(rows - first, kernel.integer(tileRows));
        Expression from = preparedAt(first);
        // The first tiles ask for the next panel, each for its part.
        kernel.when(
            rows <= tileRows, [&] { singlePanel(count, from, panel, Prefetch::Ahead); },
            [&] {
              kernel.when(
                  first < prefetchParts(product) * tileRows,
                  [&] { singlePanel(count, from, panel, Prefetch::NextPanel, first / tileRows); },
                  [&] { singlePanel(count, from, panel, Prefetch::None); });
            });
        finish(base, first, count, panel, 0);
      });
    });
  }

  void singlePanel(Expression rows, Expression from, Expression panel, Prefetch prefetch,
                   Expression half = {}) {
    for (int64_t part = 0; part < panelsPerOutput; ++part)
      emitProduct(kernel, product,
                  {.prefetch = prefetch,
                   .half = half,
                   .rows = rows,
                   .prepared = from,
                   .weights = {partAt(panel, part)},
                   .tile = {kernel.floatsAt(tile, part * panelWidth),
                            Scratch::tileStride(shape, product)}});
  }

  /// Bias, activation, gate and residual of an output panel, whose sums are number `place` in the
  /// tile, for rows from `first` of the block at `base`.
  void finish(Expression base, Expression first, Expression rows, Expression panel, int64_t place) {
    kernel.loop(kernel.integer(0), rows, 1, [&](Expression row) {
      Expression sums = kernel.floatsAt(tile, row * Scratch::tileStride(shape, product) +
                                                  place * panelsPerOutput * panelWidth);
      RowScale scale = emitRowScale(kernel, product, preparedAt(first + row));
      Expression firstColumn = panel * panelWidth, outputRow = base + first + row;
      Expression results = kernel.floatsAt(output, outputRow * shape.outputStride + firstColumn);
      Expression residuals;
      if (shape.hasResidual)
        residuals = kernel.floatsAt(residual, outputRow * shape.residualStride + firstColumn);
      Expression biases;
      if (shape.hasBias)
        biases = kernel.floatsAt(bias, panel * (panelsPerOutput * panelWidth));
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
        kernel.store(value, kernel.floatsAt(results, v));
      }
    });
  }

  KernelBuilder &kernel;
  const LinearShape &shape;
  PackedProduct product;
  Scratch scratch;
  int64_t tileRows, panelWidth, panelsPerOutput, outputPanels;
  Expression input, weights, bias, gain, shift, residual, output, normalized, rowCount, worker,
      workerCount, staging, tile, prepared;
};

} // namespace

int64_t linearScratchBytes(const LinearShape &shape, const Target &target) {
  return Scratch(shape, PackedProduct(target, shape.numbers, shape.depth)).bytes;
}

func::FuncOp linearKernel(KernelBuilder &kernel, const LinearShape &shape) {
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  SmallVector<Type> types(8, pointer);
  llvm::append_values(types, i64, pointer, i64, i64);
  return kernel.function(shape.name(), types, [&](ArrayRef<Expression> arguments) {
    LinearEmitter(kernel, shape, arguments).emit();
  });
}

} // namespace transept::codegen
