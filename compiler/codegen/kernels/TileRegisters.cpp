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

Expressions TileRegisters::zero() {
  if (isEmulated())
    return Expressions(kRows, kernel.broadcast(kernel.integer32(0), kRows));
  return {kernel.wrap(instructionsOf(kernel).zero(kernel))};
}

Expressions TileRegisters::load(Expression pointer, int64_t stride) {
  if (!isEmulated())
    return {kernel.wrap(instructionsOf(kernel).load(kernel, pointer, stride))};
  Expressions tile;
  for (int64_t row = 0; row < kRows; ++row)
    tile.push_back(kernel.load(kernel.bytesAt(pointer, row * stride), kernel.integersOf(kRows)));
  return tile;
}

void TileRegisters::store(const Expressions &tile, Expression pointer, int64_t stride) {
  if (!isEmulated())
    return instructionsOf(kernel).store(kernel, tile[0], pointer, stride);
  for (int64_t row = 0; row < kRows; ++row)
    kernel.store(tile[row], kernel.bytesAt(pointer, row * stride));
}

Expressions TileRegisters::multiplyAdd(const Expressions &sums, const Expressions &rows,
                                       const Expressions &columns) {
  if (!isEmulated())
    return {kernel.wrap(
        instructionsOf(kernel).multiplyAdd(kernel, form, sums[0], rows[0], columns[0]))};
  Expressions result;
  for (int64_t row = 0; row < kRows; ++row) {
    Expression sum = sums[row];
    for (int64_t word = 0; word < kRows; ++word) {
      Expression one = kernel.wrap(vector::ExtractOp::create(kernel, rows[row], word));
      sum = emulatedProduct(sum, columns[word], kernel.broadcast(one, kRows));
    }
    result.push_back(sum);
  }
  return result;
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

} // namespace transept::codegen
