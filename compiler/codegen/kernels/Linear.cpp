// SPDX-License-Identifier: Apache-2.0
//
// Emits the linear layer. Packed rows of one block stay in cache while the weights pass by once;
// with few rows, several panels are read side by side, because reading weights is the bound then.

#include "compiler/codegen/kernels/Linear.h"

#include "compiler/codegen/kernels/TileProduct.h"

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
  return result + llvm::formatv("_from{0}_to{1}", inputStride, outputStride).str();
}

int64_t stagingStride(int64_t depth) {
  return llvm::alignTo(depth, 16) + 16;
}

void emitPrepareRows(KernelBuilder &kernel, const std::optional<NormShape> &norm, int64_t depth,
                     Expression rows, Expression input, int64_t inputStride, Expression gain,
                     Expression shift, Expression staging, Expression packed) {
  if (!norm)
    return emitPackRows(kernel, rows, input, kernel.integer(inputStride), kernel.integer(depth),
                        packed);
  int64_t stride = stagingStride(depth);
  kernel.loop(kernel.integer(0), rows, 1, [&](Expression row) {
    emitNormalizeRow(kernel, *norm, kernel.floatsAt(input, row * inputStride), gain, shift,
                     kernel.floatsAt(staging, row * stride));
  });
  emitPackRows(kernel, rows, staging, kernel.integer(stride), kernel.integer(depth), packed);
}

namespace {

/// Where a worker's scratch is divided.
struct Scratch {
  int64_t staging, tile, packed, bytes;

  Scratch(const LinearShape &shape, const Target &target) {
    staging = 0;
    tile = staging + target.tileRows() * stagingStride(shape.depth);
    packed = tile + target.tileRows() * tileStride(shape, target);
    bytes = 4 * (packed + shape.strategy.rowBlock * shape.depth + 16);
  }
  static int64_t tileStride(const LinearShape &shape, const Target &target) {
    return shape.strategy.streamPanels * target.panelWidth();
  }
};

class LinearEmitter {
public:
  LinearEmitter(KernelBuilder &kernel, const LinearShape &shape, ArrayRef<Expression> arguments)
      : kernel(kernel), shape(shape), scratch(shape, kernel.target()),
        tileRows(kernel.target().tileRows()), panelWidth(kernel.target().panelWidth()),
        panelsPerOutput(shape.isGated ? 2 : 1),
        outputPanels(llvm::divideCeil(shape.outputs, panelWidth)), input(arguments[0]),
        weights(arguments[1]), bias(arguments[2]), gain(arguments[3]), shift(arguments[4]),
        residual(arguments[5]), output(arguments[6]), normalized(arguments[7]),
        rowCount(arguments[8]), worker(arguments[10]), workerCount(arguments[11]) {
    staging = kernel.floatsAt(arguments[9], scratch.staging);
    tile = kernel.floatsAt(arguments[9], scratch.tile);
    packed = kernel.floatsAt(arguments[9], scratch.packed);
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
    TileProduct stream{.columns = panelWidth, .panels = panels, .prefetch = Prefetch::Ahead};
    kernel.when(
        rows <= maximumRows(kernel.target(), stream),
        [&] { streamPanels(base, rows, begin, end, stream); },
        [&] { emitPanels(base, rows, begin, end, panels / 2); });
  }

  void prepareRows(Expression base, Expression rows, Expression sharesRows) {
    kernel.loop(kernel.integer(0), rows, tileRows, [&](Expression first) {
      Expression count = kernel.minimum(rows - first, kernel.integer(tileRows));
      emitPrepareRows(kernel, shape.norm, shape.depth, count,
                      kernel.floatsAt(input, (base + first) * shape.inputStride), shape.inputStride,
                      gain, shift, staging, kernel.floatsAt(packed, first * shape.depth));
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

  Expression panelAt(Expression panel) {
    return kernel.floatsAt(weights, panel * (panelsPerOutput * panelWidth * shape.depth));
  }

  void product(const TileProduct &product, Expression rows, Expression a, Expression w) {
    emitTileProduct(kernel, product, rows, a, w, kernel.integer(panelWidth * shape.depth),
                    kernel.integer(panelWidth), kernel.integer(shape.depth), tile,
                    Scratch::tileStride(shape, kernel.target()));
  }

  /// Few rows: several panels at once, then the rest one output panel at a time.
  void streamPanels(Expression base, Expression rows, Expression begin, Expression end,
                    const TileProduct &stream) {
    int64_t step = stream.panels / panelsPerOutput;
    Expression whole = begin + (end - begin) / step * step;
    kernel.loop(begin, whole, step, [&](Expression panel) {
      product(stream, rows, packed, panelAt(panel));
      finish(base, rows, panel, step);
    });
    kernel.loop(whole, end, 1, [&](Expression panel) {
      singlePanel(rows, packed, panel, Prefetch::Ahead);
      finish(base, rows, panel, 1);
    });
  }

  void passPanels(Expression base, Expression rows, Expression begin, Expression end) {
    kernel.loop(begin, end, 1, [&](Expression panel) {
      kernel.loop(kernel.integer(0), rows, tileRows, [&](Expression first) {
        Expression count = kernel.minimum(rows - first, kernel.integer(tileRows));
        Expression a = kernel.floatsAt(packed, first * shape.depth);
        // The first tiles ask for the next panel, a line of each of its rows at a time.
        int64_t linesPerRow = panelWidth * 4 / 64;
        kernel.when(
            rows <= tileRows, [&] { singlePanel(count, a, panel, Prefetch::Ahead); },
            [&] {
              kernel.when(
                  first < linesPerRow * tileRows,
                  [&] { singlePanel(count, a, panel, Prefetch::NextPanel, first / tileRows); },
                  [&] { singlePanel(count, a, panel, Prefetch::None); });
            });
        finish(base + first, count, panel, 1);
      });
    });
  }

  /// `line`: which cache line of each row of the next panel to ask for.
  void singlePanel(Expression rows, Expression a, Expression panel, Prefetch prefetch,
                   std::optional<Expression> line = std::nullopt) {
    TileProduct single{.columns = panelWidth, .prefetch = prefetch};
    Expression ahead = kernel.integer(panelsPerOutput * panelWidth * shape.depth);
    if (line)
      ahead = ahead + *line * (shape.depth * 16);
    for (int64_t part = 0; part < panelsPerOutput; ++part)
      emitTileProduct(
          kernel, single, rows, a, kernel.floatsAt(panelAt(panel), part * panelWidth * shape.depth),
          ahead, kernel.integer(panelWidth), kernel.integer(shape.depth),
          kernel.floatsAt(tile, part * panelWidth), Scratch::tileStride(shape, kernel.target()));
  }

  /// Bias, activation, gate and residual of `panels` output panels, from the tile to the output.
  void finish(Expression base, Expression rows, Expression panel, int64_t panels) {
    int64_t lanes = kernel.lanes();
    kernel.loop(kernel.integer(0), rows, 1, [&](Expression row) {
      Expression sums = kernel.floatsAt(tile, row * Scratch::tileStride(shape, kernel.target()));
      Expression firstColumn = panel * panelWidth;
      Expression results = kernel.floatsAt(output, (base + row) * shape.outputStride + firstColumn);
      Expression residuals;
      if (shape.hasResidual)
        residuals = kernel.floatsAt(residual, (base + row) * shape.residualStride + firstColumn);
      Expression biases;
      if (shape.hasBias)
        biases = kernel.floatsAt(bias, panel * (panelsPerOutput * panelWidth));
      for (int64_t p = 0; p < panels; ++p)
        for (int64_t v = 0; v < panelWidth; v += lanes) {
          auto sum = [&](int64_t part) {
            int64_t at = (p * panelsPerOutput + part) * panelWidth + v;
            Expression value = kernel.loadVector(kernel.floatsAt(sums, at));
            return shape.hasBias ? value + kernel.loadVector(kernel.floatsAt(biases, at)) : value;
          };
          Expression value = sum(0);
          if (shape.activation)
            value = emitActivation(kernel, *shape.activation, value);
          if (shape.isGated)
            value = value * sum(1);
          if (shape.hasResidual)
            value = value + kernel.loadVector(kernel.floatsAt(residuals, p * panelWidth + v));
          kernel.store(value, kernel.floatsAt(results, p * panelWidth + v));
        }
    });
  }

  KernelBuilder &kernel;
  const LinearShape &shape;
  Scratch scratch;
  int64_t tileRows, panelWidth, panelsPerOutput, outputPanels;
  Expression input, weights, bias, gain, shift, residual, output, normalized, rowCount, worker,
      workerCount, staging, tile, packed;
};

} // namespace

int64_t linearScratchBytes(const LinearShape &shape, const Target &target) {
  return Scratch(shape, target).bytes;
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
