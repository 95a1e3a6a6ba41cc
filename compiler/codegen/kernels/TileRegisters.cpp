// SPDX-License-Identifier: Apache-2.0
//
// Emits the target's instructions on tiles, or what they compute in vectors.

#include "compiler/codegen/kernels/TileRegisters.h"

#include "compiler/targets/Architecture.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace transept::codegen {

using namespace mlir;
using targets::WordForm;

namespace {

const targets::TileInstructions &instructionsOf(KernelBuilder &kernel) {
  return *kernel.target().architecture->tiles;
}

} // namespace

TileRegister TileRegisters::zero(int64_t number) {
  if (isEmulated())
    return {number, Expressions(kRows, kernel.broadcast(kernel.integer32(0), kRows))};
  instructionsOf(kernel).zero(kernel, number);
  return {number};
}

TileRegister TileRegisters::load(int64_t number, Expression pointer, int64_t stride,
                                 bool isStreamed) {
  TileRegister tile{number};
  if (!isEmulated()) {
    instructionsOf(kernel).load(kernel, number, pointer, stride, isStreamed);
    return tile;
  }
  for (int64_t row = 0; row < kRows; ++row)
    tile.vectors.push_back(
        kernel.load(kernel.bytesAt(pointer, row * stride), kernel.integersOf(kRows)));
  return tile;
}

void TileRegisters::store(const TileRegister &tile, Expression pointer, int64_t stride) {
  if (!isEmulated())
    return instructionsOf(kernel).store(kernel, tile.number, pointer, stride);
  for (int64_t row = 0; row < kRows; ++row)
    kernel.store(tile.vectors[row], kernel.bytesAt(pointer, row * stride));
}

void TileRegisters::multiplyAdd(TileRegister &sums, const TileRegister &rows,
                                const TileRegister &columns) {
  if (!isEmulated())
    return instructionsOf(kernel).multiplyAdd(kernel, form, sums.number, rows.number,
                                              columns.number);
  for (int64_t row = 0; row < kRows; ++row)
    for (int64_t word = 0; word < kRows; ++word) {
      Expression one = kernel.wrap(vector::ExtractOp::create(kernel, rows.vectors[row], word));
      sums.vectors[row] =
          emulatedProduct(sums.vectors[row], columns.vectors[word], kernel.broadcast(one, kRows));
    }
}

Expression TileRegisters::emulatedProduct(Expression sums, Expression columns, Expression rowWord) {
  if (form == WordForm::Bytes) {
    Type bytes = kernel.bytesOf(kRowBytes);
    Expression columnBytes = kernel.asType(columns, bytes);
    Expression rowBytes = kernel.asType(rowWord, bytes);
    return kernel.wrap(kernel.target().architecture->products.multiplyAdd(
        kernel, kernel.target(), form, sums, columnBytes, rowBytes));
  }
  auto [columnLow, columnHigh] = kernel.widenPairs(columns);
  auto [rowLow, rowHigh] = kernel.widenPairs(rowWord);
  Expression floats = kernel.asType(sums, kernel.vectorOf(kRows));
  floats = kernel.multiplyAdd(columnLow, rowLow, floats);
  floats = kernel.multiplyAdd(columnHigh, rowHigh, floats);
  return kernel.asType(floats, sums.type());
}

void withTileRegisters(KernelBuilder &kernel, function_ref<void()> body) {
  if (kernel.target().emulatesTiles)
    return body();
  instructionsOf(kernel).configure(kernel);
  body();
  instructionsOf(kernel).release(kernel);
}

} // namespace transept::codegen
