// SPDX-License-Identifier: Apache-2.0
//
// Products in registers of tiles.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// A tile of 16 rows of 64 bytes: one register of the target's (ProductInstructions.h), or 16
/// vectors where tiles are emulated (Target::emulatesTiles).
class TileRegisters {
public:
  static constexpr int64_t kRows = targets::kTileRegisterRows;
  static constexpr int64_t kRowBytes = targets::kTileRegisterRowBytes;

  /// `form`: what the tiles multiply, Bytes or BFloats.
  TileRegisters(KernelBuilder &kernel, targets::WordForm form) : kernel(kernel), form(form) {}

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
  targets::WordForm form;
};

} // namespace transept::codegen

#endif
