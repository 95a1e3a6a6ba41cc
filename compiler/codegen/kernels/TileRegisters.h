// SPDX-License-Identifier: Apache-2.0
//
// Products in AMX tile registers.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// A tile of 16 rows of 64 bytes: one register, or 16 vectors where tiles are emulated
/// (Target::emulatesTiles). Shapes are always full, so that a function configures tiles once.
class TileRegisters {
public:
  static constexpr int64_t kRows = 16, kRowBytes = 64;

  /// What the tiles multiply.
  enum class Numbers { Bytes, BFloats };

  TileRegisters(KernelBuilder &kernel, Numbers numbers) : kernel(kernel), numbers(numbers) {}

  Expressions zero();
  /// `stride`: bytes from row to row.
  Expressions load(Expression pointer, int64_t stride);
  void store(const Expressions &tile, Expression pointer, int64_t stride);
  /// sums[row, column] += sum over words w of rows[row, w] . columns[w, column]; a word holds four
  /// signed times unsigned bytes, summed exactly, or two bf16, summed in f32.
  Expressions multiplyAdd(const Expressions &sums, const Expressions &rows,
                          const Expressions &columns);

private:
  bool isEmulated() const { return kernel.target().emulatesTiles; }
  Expression emulatedProduct(Expression sums, Expression columns, Expression rowWord);

  KernelBuilder &kernel;
  Numbers numbers;
};

} // namespace transept::codegen

#endif
