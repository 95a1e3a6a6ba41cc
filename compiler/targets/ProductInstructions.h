// SPDX-License-Identifier: Apache-2.0
//
// The instructions that multiply words, which every architecture calls by other names. Kernels make
// all of a product's loops, loads and layouts themselves and ask for these only. They are emitted
// by a plain builder, so that targets know nothing of kernels.

#ifndef TRANSEPT_COMPILER_TARGETS_PRODUCTINSTRUCTIONS_H
#define TRANSEPT_COMPILER_TARGETS_PRODUCTINSTRUCTIONS_H

#include "compiler/targets/Target.h"

#include "mlir/IR/Builders.h"

namespace transept::targets {

/// Products in vectors.
class ProductInstructions {
public:
  virtual ~ProductInstructions() = default;

  /// sums[c] + the products of what lane c of `columns` and of `row` hold, added up: integers of
  /// 32 bits exactly, numbers in f32. The operands are vectors of bytes, of integers of 16 bits or
  /// of bf16, as wide as `sums`; BFloats only come for targets that have hasBFloatVectors, the
  /// other forms for those whose byteForm it is. Rows of bytes are -127 to 127.
  virtual mlir::Value multiplyAdd(mlir::ImplicitLocOpBuilder &builder, const Target &target,
                                  WordForm form, mlir::Value sums, mlir::Value columns,
                                  mlir::Value row) const = 0;
};

/// Products in registers of tiles: kTileRegisters of them, each 16 rows of 64 bytes, always used
/// whole and called by their numbers. All but configure() need registers that are configured.
class TileInstructions {
public:
  virtual ~TileInstructions() = default;

  /// Makes the registers usable, with anything in them, until release() gives them back.
  virtual void configure(mlir::ImplicitLocOpBuilder &builder) const = 0;
  virtual void release(mlir::ImplicitLocOpBuilder &builder) const = 0;
  virtual void zero(mlir::ImplicitLocOpBuilder &builder, int64_t tile) const = 0;
  /// `stride`: bytes from row to row. `isStreamed`: it passes by, and what is in the first-level
  /// cache is worth more.
  virtual void load(mlir::ImplicitLocOpBuilder &builder, int64_t tile, mlir::Value pointer,
                    int64_t stride, bool isStreamed) const = 0;
  virtual void store(mlir::ImplicitLocOpBuilder &builder, int64_t tile, mlir::Value pointer,
                     int64_t stride) const = 0;
  /// sums[row, column] += sum over words w of rows[row, w] . columns[w, column]; words are Bytes,
  /// summed exactly, or BFloats, summed in f32.
  virtual void multiplyAdd(mlir::ImplicitLocOpBuilder &builder, WordForm form, int64_t sums,
                           int64_t rows, int64_t columns) const = 0;
};

} // namespace transept::targets

#endif
