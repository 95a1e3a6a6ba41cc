// SPDX-License-Identifier: Apache-2.0
//
// Chooses among the products by number type, instruction set and number of rows.

#include "compiler/codegen/kernels/PackedProduct.h"

#include "compiler/codegen/kernels/QuantizedRows.h"
#include "compiler/codegen/kernels/RowOrder.h"
#include "compiler/codegen/kernels/TileRegisters.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr int64_t kLine = 64;

bool isBFloat(const PackedProduct &product) {
  return product.panels.type == plan::NumberType::BF16;
}

/// Lines of a panel for each word of its depth.
int64_t linesPerWord(const PackedPanels &panels) {
  return panels.width * 4 / kLine;
}

/// Words for each line that a call of a product in vectors asks for.
int64_t stepsPerLine(const PackedProduct &product, const ProductCall &call) {
  return call.prefetch == Prefetch::NextPanel ? call.parts / linesPerWord(product.panels) : 1;
}

/// Lines that a call of a product in tiles asks for in each of its steps.
int64_t linesPerStep(const PackedProduct &product, const ProductCall &call) {
  bool asks = call.prefetch == Prefetch::NextPanel;
  return asks ? kTileRegisterRows * linesPerWord(product.panels) / call.parts : 1;
}

/// A product of `panelCount` panels in words.
WordProduct wordProduct(const PackedProduct &product, const ProductCall &call) {
  const PackedPanels &panels = product.panels;
  WordProduct words;
  words.kind = isBFloat(product) ? WordKind::BFloats : WordKind::Bytes;
  words.words = call.depth ? call.depth->count : panels.words();
  words.accumulates = call.depth && call.depth->first != 0;
  words.rowBytes = product.rowBytes();
  words.wordBytes = 4 * panels.width;
  words.panels = call.weights.size();
  for (int64_t column = 0; column < panels.width; column += product.target.lanes())
    words.columns.push_back(4 * column);
  words.prefetch = call.prefetch;
  words.stepsPerLine = product.usesTiles() ? 1 : stepsPerLine(product, call);
  words.linesPerStep = product.usesTiles() ? linesPerStep(product, call) : 1;
  words.streamsRows = product.usesTiles() && call.prefetch != Prefetch::Ahead;
  words.panelBytes = call.panelGap == 0 ? 0 : panels.panelBytes();
  words.panelGap = call.panelGap;
  return words;
}

/// Where the part begins that a call asks for: of the next words of the panel, or of the next one.
Expression prefetchFrom(KernelBuilder &kernel, const PackedProduct &product,
                        const ProductCall &call) {
  if (call.prefetch != Prefetch::NextPanel)
    return kernel.null();
  const PackedPanels &panels = product.panels;
  int64_t end = call.depth ? call.depth->first + call.depth->count : panels.words();
  int64_t next = end == panels.words() ? panels.panelBytes() : 4 * end * panels.width;
  int64_t lines = product.usesTiles()
                      ? linesPerStep(product, call)
                      : llvm::divideCeil(panels.words(), stepsPerLine(product, call));
  return kernel.bytesAt(call.weights[0], call.part * (lines * kLine) + next);
}

} // namespace

int64_t PackedProduct::maximumRows(int64_t panelCount) const {
  if (usesTiles() && isBFloat(*this))
    return panelCount == 1 ? tileRows() : panelCount == 2 ? kTileRegisterRows : 0;
  if (usesTiles() && panelCount == 1)
    return tileRows();
  return codegen::maximumRows(target, {.columns = panels.width, .panels = panelCount});
}

int64_t PackedProduct::preparedBytes(int64_t rows) const {
  return rowBytes() * llvm::alignTo(rows, usesTiles() ? tileRows() : 1) + kLine;
}

std::string numberSuffix(plan::NumberType type) {
  return type == plan::NumberType::F32 ? "" : "_" + plan::stringifyNumberType(type).str();
}

int64_t stagingStride(int64_t depth) {
  return llvm::alignTo(depth, 16) + 16;
}

void emitPrepareRows(KernelBuilder &kernel, const PackedProduct &product,
                     const RowsToPrepare &call) {
  int64_t depth = product.panels.depth;
  Expression source = call.norm ? call.staging : call.input;
  int64_t stride = call.norm ? stagingStride(depth) : call.inputStride;
  bool hasRowsInOrder = product.panels.isQuantized() || product.multipliesWords();
  kernel.loop(kernel.integer(0), call.rows, 1, [&](Expression row) {
    Expression from = kernel.floatsAt(source, row * stride);
    if (call.norm)
      emitNormalizeRow(kernel, *call.norm, kernel.floatsAt(call.input, row * call.inputStride),
                       call.gain, call.shift, from);
    if (!hasRowsInOrder)
      return;
    Expression to = kernel.bytesAt(call.prepared, row * product.rowBytes());
    func::FuncOp convert = product.panels.isQuantized()
                               ? quantizeRow(kernel, product)
                               : roundRow(kernel, depth, product.panels.paddedDepth());
    kernel.call(convert, {from, to});
  });
  if (hasRowsInOrder)
    return;
  emitPackRows(kernel, call.rows, source, kernel.integer(stride), kernel.integer(depth),
               call.prepared);
  // An odd depth in pairs: the second of the last pair is zero.
  if (isBFloat(product) && depth % 2 != 0)
    kernel.loop(kernel.integer(0), call.rows, 1, [&](Expression row) {
      kernel.store(kernel.number(0), kernel.floatsAt(call.prepared, call.rows * depth + row));
    });
}

void emitProduct(KernelBuilder &kernel, const PackedProduct &product, const ProductCall &call) {
  const PackedPanels &panels = product.panels;
  Expression ahead = prefetchFrom(kernel, product, call);
  if (product.multipliesWords()) {
    int64_t first = call.depth ? call.depth->first : 0;
    Expressions weights;
    for (Expression panel : call.weights)
      weights.push_back(kernel.bytesAt(panel, 4 * first * panels.width));
    Expression rows = kernel.bytesAt(call.prepared, 4 * first * product.target.storedBytes());
    return emitWordProduct(kernel, wordProduct(product, call), call.rows, rows, weights, ahead,
                           call.tile);
  }
  int64_t panelCount = call.weights.size(), mostRows = product.maximumRows(panelCount);
  if (panels.isQuantized())
    return kernel.dispatch(call.rows, 1, mostRows, [&](int64_t rows) {
      Expression gap = call.tile.gap ? call.tile.gap : kernel.integer(panels.width);
      Expressions arguments = {call.prepared, ahead, call.tile.begin, gap};
      llvm::append_range(arguments, call.weights);
      kernel.call(halfByteProduct(kernel, product,
                                  {.layout = panels,
                                   .rows = rows,
                                   .panels = panelCount,
                                   .panelGap = call.panelGap,
                                   .prefetch = call.prefetch,
                                   .stepsPerLine = stepsPerLine(product, call),
                                   .tileStride = call.tile.stride}),
                  arguments);
    });
  FloatProduct shape{.columns = panels.width,
                     .panels = panelCount,
                     .form = isBFloat(product) ? ColumnForm::BFloatPairs : ColumnForm::Floats,
                     .panelBytes = call.panelGap == 0 ? 0 : panels.panelBytes(),
                     .panelGap = call.panelGap,
                     .prefetch = call.prefetch,
                     .stepsPerLine = stepsPerLine(product, call)};
  emitFloatProduct(kernel, shape,
                   {.rows = call.rows,
                    .mostRows = mostRows,
                    .a = call.prepared,
                    .w = call.weights,
                    .rowStride = kernel.integer(panels.width),
                    .depth = kernel.integer(panels.depth),
                    .tile = call.tile,
                    .ahead = ahead});
}

void withRegistersOf(KernelBuilder &kernel, const PackedProduct &product,
                     function_ref<void()> body) {
  return product.usesTiles() ? withTileRegisters(kernel, body) : body();
}

SmallVector<DepthRange> depthRanges(const PackedProduct &product) {
  // 32 KB of two columns of tiles; the rows that pass by are streamed.
  constexpr int64_t kMostSteps = 16;
  int64_t words = product.panels.words();
  int64_t steps = words / kTileRegisterRows, count = llvm::divideCeil(steps, kMostSteps);
  int64_t size = llvm::divideCeil(steps, count) * kTileRegisterRows;
  SmallVector<DepthRange> ranges;
  for (int64_t first = 0; first < words; first += size)
    ranges.push_back({first, std::min(size, words - first)});
  return ranges;
}

SmallVector<int64_t> prefetchParts(const PackedProduct &product) {
  constexpr int64_t kMost = 8;
  if (linesPerWord(product.panels) == 0)
    return {};
  return {product.usesTiles() ? 2 : linesPerWord(product.panels), kMost};
}

RowScale emitRowScale(KernelBuilder &kernel, const PackedProduct &product, Expression preparedRow) {
  if (!product.panels.isQuantized())
    return {};
  Expression scales = kernel.bytesAt(preparedRow, product.scaleOffset());
  RowScale result{.scale = kernel.broadcast(kernel.loadFloat(scales)), .offset = {}};
  if (product.panels.type == plan::NumberType::Int8)
    result.offset = kernel.broadcast(kernel.loadInt32(scales, kernel.integer(1)));
  return result;
}

Expression emitNumbers(KernelBuilder &kernel, const PackedProduct &product, const RowScale &row,
                       Expression sums, Expression panel, int64_t column) {
  const PackedPanels &panels = product.panels;
  if (panels.type != plan::NumberType::Int8) {
    Expression numbers = kernel.loadVector(sums);
    return panels.isQuantized() ? numbers * row.scale : numbers;
  }
  Expression exact = kernel.load(sums, kernel.integersOf(kernel.lanes())) - row.offset;
  Expression scales = kernel.loadVector(kernel.bytesAt(panel, panels.wordBytes() + 4 * column));
  return kernel.toFloat(exact) * (scales * row.scale);
}

} // namespace transept::codegen
