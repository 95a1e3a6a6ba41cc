// SPDX-License-Identifier: Apache-2.0
//
// Products in registers of tiles.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEREGISTERS_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// A tile of 16 rows of 64 bytes: register `number` of the target's (ProductInstructions.h), or,
/// where tiles are emulated (Target::emulatesTiles), 16 vectors.
struct TileRegister {
  int64_t number = 0;
  Expressions vectors = {};
};

class TileRegisters {
public:
  static constexpr int64_t kCount = targets::kTileRegisters;
  static constexpr int64_t kRows = targets::kTileRegisterRows;
  static constexpr int64_t kRowBytes = targets::kTileRegisterRowBytes;

  /// `form`: what the tiles multiply, Bytes or BFloats.
  TileRegisters(KernelBuilder &kernel, targets::WordForm form) : kernel(kernel), form(form) {}

  TileRegister zero(int64_t number);
  /// As TileInstructions::load().
  TileRegister load(int64_t number, Expression pointer, int64_t stride, bool isStreamed = false);
  void store(const TileRegister &tile, Expression pointer, int64_t stride);
  /// sums[row, column] += sum over words w of rows[row, w] . columns[w, column]; a word holds four
  /// signed times unsigned bytes, summed exactly, or two bf16, summed in f32.
  void multiplyAdd(TileRegister &sums, const TileRegister &rows, const TileRegister &columns);

private:
  bool isEmulated() const { return kernel.target().emulatesTiles; }
  Expression emulatedProduct(Expression sums, Expression columns, Expression rowWord);

  KernelBuilder &kernel;
  targets::WordForm form;
};

/// Emits `body`, in which tile registers can be used. Configuring them takes as long as some
/// hundred multiply-adds of vectors, so this is for whole launches. Between these they stay
/// released: a program that is run at another one's barrier has them for itself, and the system
/// need not save them.
void withTileRegisters(KernelBuilder &kernel, llvm::function_ref<void()> body);

} // namespace transept::codegen

#endif
