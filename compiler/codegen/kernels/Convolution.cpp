// SPDX-License-Identifier: Apache-2.0
//
// Emits convolutions. Sums of a place run over its taps in order, whoever computes it and whatever
// is beside it; several places side by side share the rows that they read.

#include "compiler/codegen/kernels/Convolution.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// Places of a line that are computed together, so that a row is loaded once for all of them.
constexpr int64_t kPlaces = 4;
/// Up to so many taps in a line, the code of each stands by itself and numbers stay in registers.
constexpr int64_t kUnrolledTaps = 16;

struct Range {
  Expression begin, end;
};

class DepthwiseWriter {
public:
  DepthwiseWriter(KernelBuilder &kernel, const DepthwiseShape &shape,
                  const DepthwiseOperands &operands)
      : kernel(kernel), shape(shape), operands(operands), isGrid(shape.width != 0) {}

  void emit() {
    // Rows in order are one line; a grid is shared line by line.
    Expression count = isGrid ? operands.outputRows / shape.madeWidth : operands.outputRows;
    Share share = shareOf(kernel, count, operands.worker, operands.workerCount);
    Range own{share.begin, share.end};
    Expression zero = kernel.integer(0);
    if (shape.isOne)
      return sequence({zero, operands.inputRows}, {zero, count}, own);
    // Behind the last sequence there may be rows of padding: nobody reads what becomes of them.
    kernel.loop(zero, operands.sequenceCount + 1, 1, [&](Expression index) {
      Expression isRest = index == operands.sequenceCount;
      Expression next = kernel.select(isRest, index, index + 1);
      Expression begin = kernel.loadInt64(operands.sequenceOffsets, index);
      Expression end = kernel.select(isRest, operands.inputRows,
                                     kernel.loadInt64(operands.sequenceOffsets, next));
      Range made = isGrid ? Range{begin / shape.width, end / shape.width} : Range{begin, end};
      sequence({begin, end}, made, own);
    });
  }

private:
  /// What is `own` of the lines (or rows) `made` of the input's rows `given`.
  void sequence(Range given, Range made, Range own) {
    input = kernel.floatsAt(operands.input, given.begin * shape.inputStride);
    Range part{kernel.maximum(made.begin, own.begin) - made.begin,
               kernel.minimum(made.end, own.end) - made.begin};
    if (!isGrid) {
      output = kernel.floatsAt(operands.output, made.begin * shape.outputStride);
      lines = {kernel.integer(0), kernel.integer(1)};
      firstLine = kernel.integer(0);
      return line(given.end - given.begin, part);
    }
    Expression height = (given.end - given.begin) / shape.width;
    kernel.loop(part.begin, part.end, 1, [&](Expression index) {
      output = kernel.floatsAt(operands.output,
                               (made.begin + index) * shape.madeWidth * shape.outputStride);
      firstLine = index * shape.stride - shape.padding;
      lines = inside(firstLine, height);
      line(kernel.integer(shape.width), {kernel.integer(0), kernel.integer(shape.madeWidth)});
    });
  }

  /// Those of the kernel's taps from `first` on that are within `size` places.
  Range inside(Expression first, Expression size) {
    return {kernel.maximum(kernel.integer(0) - first, kernel.integer(0)),
            kernel.minimum(size - first, kernel.integer(shape.kernel))};
  }

  /// The `part` of a line's results. `width` is how many places it has before.
  void line(Expression width, Range part) {
    // Windows that are wholly within the line are between these places.
    int64_t whole = llvm::divideCeil(shape.padding, shape.stride);
    Expression last = width + (shape.padding - shape.kernel);
    Expression end = kernel.select(last < 0, kernel.integer(0), last / shape.stride + 1);
    Expression middle = kernel.minimum(kernel.maximum(part.begin, kernel.integer(whole)), part.end);
    Expression behind = kernel.minimum(kernel.maximum(middle, end), part.end);
    auto atEdge = [&](Expression place) {
      places(place, 1, inside(place * shape.stride - shape.padding, width));
    };
    auto within = [&](int64_t count) {
      return [this, count](Expression place) { places(place, count, std::nullopt); };
    };
    kernel.loop(part.begin, middle, 1, atEdge);
    Expression together = middle + (behind - middle) / kPlaces * kPlaces;
    kernel.loop(middle, together, kPlaces, within(kPlaces));
    kernel.loop(together, behind, 1, within(1));
    kernel.loop(behind, part.end, 1, atEdge);
  }

  /// `count` places from `place` on: all columns of the kernel, or these.
  void places(Expression place, int64_t count, std::optional<Range> columns) {
    Expression firstColumn = place * shape.stride - shape.padding;
    forEachVector(kernel, shape.channels, [&](Expression channel, int64_t lanes) {
      Expression bias = shape.hasBias ? kernel.loadVector(kernel.floatsAt(operands.bias, channel))
                                      : kernel.vectorNumber(0);
      Expressions sums(count, bias);
      auto addLine = [&](Expression line, ArrayRef<Expression> carried) {
        Expression row = firstColumn;
        if (isGrid)
          row = row + (firstLine + line) * shape.width;
        Taps taps{kernel.floatsAt(input, row * shape.inputStride + channel), weights(line, channel),
                  lanes};
        if (columns)
          return someTaps(taps, Expressions(carried), *columns);
        if (shape.kernel <= kUnrolledTaps)
          return allTaps(taps, Expressions(carried));
        return someTaps(taps, Expressions(carried),
                        {kernel.integer(0), kernel.integer(shape.kernel)});
      };
      sums = isGrid ? kernel.loop(lines.begin, lines.end, 1, sums, addLine)
                    : addLine(lines.begin, sums);
      for (int64_t index = 0; index < count; ++index) {
        Expression result = sums[index];
        if (shape.activation)
          result = emitActivation(kernel, *shape.activation, result);
        Expression to = (place + index) * shape.outputStride + channel;
        kernel.storeFirst(result, kernel.floatsAt(output, to), lanes);
      }
    });
  }

  /// One line of a window of one vector of channels: where its first row and weight are.
  struct Taps {
    Expression rows, weights;
    int64_t lanes;
  };

  /// Panels of channels, each tap by tap.
  Expression weights(Expression line, Expression channel) {
    int64_t taps = isGrid ? shape.kernel * shape.kernel : shape.kernel;
    Expression within = channel % shape.panelWidth;
    Expression tap = line * (shape.kernel * shape.panelWidth);
    return kernel.floatsAt(operands.weight, (channel - within) * taps + within + tap);
  }

  Expressions allTaps(const Taps &taps, Expressions sums) {
    Expressions factors;
    for (int64_t tap = 0; tap < shape.kernel; ++tap)
      factors.push_back(kernel.loadVector(kernel.floatsAt(taps.weights, tap * shape.panelWidth)));
    int64_t count = sums.size();
    for (int64_t row = 0; row < (count - 1) * shape.stride + shape.kernel; ++row) {
      Expression numbers;
      for (int64_t index = 0; index < count; ++index) {
        int64_t tap = row - index * shape.stride;
        if (tap < 0 || tap >= shape.kernel)
          continue;
        if (!numbers)
          numbers =
              kernel.loadFirst(kernel.floatsAt(taps.rows, row * shape.inputStride), taps.lanes);
        sums[index] = kernel.multiplyAdd(factors[tap], numbers, sums[index]);
      }
    }
    return sums;
  }

  Expressions someTaps(const Taps &taps, Expressions sums, Range columns) {
    return kernel.loop(
        columns.begin, columns.end, 1, sums, [&](Expression tap, ArrayRef<Expression> carried) {
          Expression factors =
              kernel.loadVector(kernel.floatsAt(taps.weights, tap * shape.panelWidth));
          Expressions next;
          for (Expression sum : carried) {
            Expression row = tap + int64_t(next.size()) * shape.stride;
            Expression numbers =
                kernel.loadFirst(kernel.floatsAt(taps.rows, row * shape.inputStride), taps.lanes);
            next.push_back(kernel.multiplyAdd(factors, numbers, sum));
          }
          return next;
        });
  }

  KernelBuilder &kernel;
  const DepthwiseShape &shape;
  const DepthwiseOperands &operands;
  bool isGrid;
  /// Of the sequence, or of the line of results that is written.
  Expression input, output;
  /// Of the window: its first line in the grid, and which of its lines are within.
  Expression firstLine;
  Range lines;
};

} // namespace

std::string DepthwiseShape::name() const {
  std::string result = llvm::formatv("depthwise_{0}x{1}_stride{2}_padding{3}_from{4}_to{5}",
                                     channels, kernel, stride, padding, inputStride, outputStride);
  if (width != 0)
    result += llvm::formatv("_grid{0}", width);
  if (activation)
    result += "_" + stringifyActivationKind(*activation).str();
  return result + (hasBias ? "_bias" : "") + (isOne ? "_one" : "");
}

Kernel<DepthwiseOperands> depthwiseKernel(KernelBuilder &kernel, const DepthwiseShape &shape) {
  return kernelOf<DepthwiseOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    DepthwiseWriter(kernel, shape, operands).emit();
  });
}

std::string GridWindowsShape::name() const {
  return llvm::formatv("grid_windows_{0}x{1}_stride{2}_padding{3}_grid{4}{5}_from{6}_to{7}",
                       channels, kernel, stride, padding, width, areLines ? "_lines" : "",
                       inputStride, outputStride);
}

Kernel<WindowsOperands> gridWindowsKernel(KernelBuilder &kernel, const GridWindowsShape &shape) {
  return kernelOf<WindowsOperands>(kernel, shape, shape.name(), [&](const auto &operands) {
    Expression zero = kernel.integer(0), taps = kernel.integer(shape.kernel);
    Expression channels = kernel.integer(shape.channels), width = kernel.integer(shape.width);
    Expression height = shape.areLines ? operands.inputRows : operands.inputRows / shape.width;
    Share rows = shareOf(kernel, operands.outputRows, operands.worker, operands.workerCount);
    kernel.loop(rows.begin, rows.end, 1, [&](Expression row) {
      Expression window = kernel.floatsAt(operands.output, row * shape.outputStride);
      Expression firstLine = row / shape.madeWidth * shape.stride - shape.padding;
      Expression firstColumn = row % shape.madeWidth * shape.stride - shape.padding;
      kernel.loop(zero, taps, 1, [&](Expression l) {
        kernel.loop(zero, taps, 1, [&](Expression k) {
          Expression line = firstLine + l, column = firstColumn + k;
          Expression to = kernel.floatsAt(window, l * shape.kernel + k);
          Expression from = shape.areLines ? line * shape.inputStride + column * shape.channels
                                           : (line * shape.width + column) * shape.inputStride;
          auto store = [&](llvm::function_ref<Expression(Expression)> value) {
            kernel.loop(zero, channels, 1, [&](Expression channel) {
              kernel.store(value(channel),
                           kernel.floatsAt(to, channel * (shape.kernel * shape.kernel)));
            });
          };
          // As unsigned numbers, places before the first are beyond the last.
          kernel.when(
              kernel.isWithin(line, height) & kernel.isWithin(column, width),
              [&] {
                store([&](Expression channel) {
                  return kernel.loadFloat(kernel.floatsAt(operands.input, from + channel));
                });
              },
              [&] { store([&](Expression) { return kernel.number(0); }); });
        });
      });
    });
  });
}

} // namespace transept::codegen
