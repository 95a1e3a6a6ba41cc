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

/// Products in registers of tiles: 16 rows of 64 bytes, always used whole, so that a function
/// configures them once.
class TileInstructions {
public:
  virtual ~TileInstructions() = default;

  virtual mlir::Value zero(mlir::ImplicitLocOpBuilder &builder) const = 0;
  /// `stride`: bytes from row to row.
  virtual mlir::Value load(mlir::ImplicitLocOpBuilder &builder, mlir::Value pointer,
                           int64_t stride) const = 0;
  virtual void store(mlir::ImplicitLocOpBuilder &builder, mlir::Value tile, mlir::Value pointer,
                     int64_t stride) const = 0;
  /// sums[row, column] += sum over words w of rows[row, w] . columns[w, column]; words are Bytes,
  /// summed exactly, or BFloats, summed in f32.
  virtual mlir::Value multiplyAdd(mlir::ImplicitLocOpBuilder &builder, WordForm form,
                                  mlir::Value sums, mlir::Value rows,
                                  mlir::Value columns) const = 0;
};

} // namespace transept::targets

#endif
