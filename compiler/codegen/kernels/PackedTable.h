// SPDX-License-Identifier: Apache-2.0
//
// Rows out of a packed weight: an embedding table that the vocabulary projection shares.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_PACKEDTABLE_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_PACKEDTABLE_H

#include "compiler/codegen/kernels/KernelBuilder.h"
#include "compiler/plan/PackedPanels.h"

namespace transept::codegen {

/// One row (output) of a packed weight.
class PackedTableRow {
public:
  PackedTableRow(KernelBuilder &kernel, const PackedPanels &panels, Expression table,
                 Expression row);

  /// The vector of numbers of inputs `column`..., a multiple of the lanes; lanes beyond the row
  /// hold anything.
  Expression numbersAt(Expression column) const;

private:
  /// This row's `count` words from the one at `from` on.
  Expression words(Expression from, int64_t count) const;
  Expression floatsAt(Expression column) const;
  Expression bFloatsAt(Expression column) const;
  Expression bytesAt(Expression column) const;
  Expression halfBytesAt(Expression column) const;

  KernelBuilder &kernel;
  const PackedPanels &panels;
  Expression panel, place, scale;
};

} // namespace transept::codegen

#endif
