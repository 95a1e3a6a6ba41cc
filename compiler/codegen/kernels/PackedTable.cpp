// SPDX-License-Identifier: Apache-2.0
//
// Emits the way back from packed numbers to a row of floats.

#include "compiler/codegen/kernels/PackedTable.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace transept::codegen {

using namespace mlir;

PackedTableRow::PackedTableRow(KernelBuilder &kernel, const PackedPanels &panels, Expression table,
                               Expression row)
    : kernel(kernel), panels(panels),
      panel(kernel.bytesAt(table, row / panels.width * panels.panelBytes())),
      place(row % panels.width) {
  if (panels.type == plan::NumberType::Int8)
    scale = kernel.broadcast(
        kernel.loadFloat(kernel.floatsAt(kernel.bytesAt(panel, panels.wordBytes()), place)));
}

Expression PackedTableRow::numbersAt(Expression column) const {
  switch (panels.type) {
  case plan::NumberType::F32:
    return floatsAt(column);
  case plan::NumberType::BF16:
    return bFloatsAt(column);
  case plan::NumberType::Int8:
    return bytesAt(column);
  case plan::NumberType::Int4:
    return halfBytesAt(column);
  }
  llvm_unreachable("every type has its case");
}

Expression PackedTableRow::words(Expression from, int64_t count) const {
  Expression numbers = kernel.toInt64(kernel.laneNumbers(count));
  return kernel.gatherInt32(kernel.floatsAt(from, place),
                            numbers * kernel.broadcast(kernel.integer(panels.width), count));
}

Expression PackedTableRow::floatsAt(Expression column) const {
  Expression lane = kernel.toInt64(kernel.laneNumbers(kernel.lanes()));
  // There is nothing behind the last input: lanes beyond the row read it again.
  Expression last = kernel.broadcast(kernel.integer(panels.depth - 1));
  Expression columns = kernel.minimum(kernel.broadcast(column) + lane, last);
  return kernel.gather(kernel.floatsAt(panel, place),
                       columns * kernel.broadcast(kernel.integer(panels.width)));
}

Expression PackedTableRow::bFloatsAt(Expression column) const {
  int64_t lanes = kernel.lanes();
  Expression pairs = words(kernel.bytesAt(panel, column * (2 * panels.width)), lanes / 2);
  Expression halves = kernel.asType(pairs, VectorType::get({lanes}, kernel.getI16Type()));
  return kernel.widenBFloats(halves);
}

Expression PackedTableRow::bytesAt(Expression column) const {
  int64_t lanes = kernel.lanes();
  Expression bytes = kernel.asType(words(kernel.bytesAt(panel, column * panels.width), lanes / 4),
                                   kernel.bytesOf(lanes));
  Expression integers = kernel.widen(bytes, kernel.getI32Type()) -
                        kernel.broadcast(kernel.integer32(int32_t(panels.zeroPoint())));
  return kernel.toFloat(integers) * scale;
}

Expression PackedTableRow::halfBytesAt(Expression column) const {
  int64_t lanes = kernel.lanes();
  Expression group = kernel.bytesAt(panel, column / PackedPanels::kGroup * panels.groupBytes());
  Expression input = column % PackedPanels::kGroup, inHalf = input % 32;
  Expression bytes = kernel.asType(words(kernel.bytesAt(group, inHalf * panels.width), lanes / 4),
                                   kernel.bytesOf(lanes));
  Expression integers = kernel.widen(bytes, kernel.getI32Type());
  Expression isHigh = input >= 32;
  integers = kernel.select(isHigh, kernel.shiftRight(integers, 4), integers) &
             kernel.broadcast(kernel.integer32(15));
  Expression scaleAt = kernel.bytesAt(group, place * 2 + panels.groupWordBytes());
  Expression groupScale = kernel.widenBFloats(kernel.load(scaleAt, kernel.getI16Type()));
  return kernel.toFloat(integers -
                        kernel.broadcast(kernel.integer32(int32_t(panels.zeroPoint())))) *
         kernel.broadcast(groupScale);
}

} // namespace transept::codegen
