// SPDX-License-Identifier: Apache-2.0
//
// Emits AMX instructions, or what they compute in vectors.

#include "compiler/codegen/kernels/TileRegisters.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace transept::codegen {

using namespace mlir;

namespace {

Expression integer16(KernelBuilder &kernel, int64_t value) {
  return kernel.wrap(arith::ConstantOp::create(kernel, kernel.getI16IntegerAttr(int16_t(value))));
}

Type tileType(KernelBuilder &kernel) {
  return LLVM::LLVMX86AMXType::get(kernel.getContext());
}

} // namespace

Expressions TileRegisters::zero() {
  if (isEmulated())
    return Expressions(kRows, kernel.broadcast(kernel.integer32(0), kRows));
  return {kernel.intrinsic("llvm.x86.tilezero.internal", tileType(kernel),
                           {integer16(kernel, kRows), integer16(kernel, kRowBytes)})};
}

Expressions TileRegisters::load(Expression pointer, int64_t stride) {
  if (!isEmulated())
    return {kernel.intrinsic(
        "llvm.x86.tileloadd64.internal", tileType(kernel),
        {integer16(kernel, kRows), integer16(kernel, kRowBytes), pointer, kernel.integer(stride)})};
  Expressions tile;
  for (int64_t row = 0; row < kRows; ++row)
    tile.push_back(kernel.load(kernel.bytesAt(pointer, row * stride), kernel.integersOf(kRows)));
  return tile;
}

void TileRegisters::store(const Expressions &tile, Expression pointer, int64_t stride) {
  if (!isEmulated()) {
    kernel.intrinsic("llvm.x86.tilestored64.internal", kernel.getNoneType(),
                     {integer16(kernel, kRows), integer16(kernel, kRowBytes), pointer,
                      kernel.integer(stride), tile[0]});
    return;
  }
  for (int64_t row = 0; row < kRows; ++row)
    kernel.store(tile[row], kernel.bytesAt(pointer, row * stride));
}

Expressions TileRegisters::multiplyAdd(const Expressions &sums, const Expressions &rows,
                                       const Expressions &columns) {
  if (!isEmulated()) {
    Expression full = integer16(kernel, kRows), width = integer16(kernel, kRowBytes);
    StringRef name =
        numbers == Numbers::Bytes ? "llvm.x86.tdpbsud.internal" : "llvm.x86.tdpbf16ps.internal";
    return {kernel.intrinsic(name, tileType(kernel),
                             {full, width, width, sums[0], rows[0], columns[0]})};
  }
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
  if (numbers == Numbers::Bytes) {
    Type bytes = kernel.bytesOf(kRowBytes);
    return kernel.intrinsic("llvm.x86.avx512.vpdpbusd.512", sums.type(),
                            {sums, kernel.asType(columns, bytes), kernel.asType(rowWord, bytes)});
  }
  auto [columnLow, columnHigh] = kernel.widenPairs(columns);
  auto [rowLow, rowHigh] = kernel.widenPairs(rowWord);
  Expression floats = kernel.asType(sums, kernel.vectorOf(kRows));
  floats = kernel.multiplyAdd(columnLow, rowLow, floats);
  floats = kernel.multiplyAdd(columnHigh, rowHigh, floats);
  return kernel.asType(floats, sums.type());
}

} // namespace transept::codegen
