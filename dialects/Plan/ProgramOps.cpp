// SPDX-License-Identifier: Apache-2.0
//
// What must hold of programs, and of what is in them beside launches.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace transept::plan {

LogicalResult WeightOp::verify() {
  LayoutAttr layout = getLayout();
  // weight_c1
  if (int64_t(getSize()) <= 0 || layout.getPanelWidth() <= 0)
    return mismatch(*this, "a positive size and panel width", int64_t(getSize()),
                    layout.getPanelWidth());
  // weight_c2
  bool hasPanels =
      layout.getKind() == LayoutKind::Panels || layout.getKind() == LayoutKind::GatedPanels;
  if (!hasPanels && layout.getNumberType() != NumberType::F32)
    return mismatch(*this, "f32 in a layout without panels", layout);
  return success();
}

int64_t WeightOp::rowCount() {
  Value value = cast<YieldOp>(getExpression().front().getTerminator()).getValue();
  return cast<RankedTensorType>(value.getType()).getDimSize(0);
}

LogicalResult ProgramOp::verifyRegions() {
  // program_c3
  if (int64_t(getSpareRows()) < 0)
    return mismatch(*this, "spare_rows that are not negative", int64_t(getSpareRows()));
  SearchOp search;
  for (Operation &op : getBody().front()) {
    // program_c1
    if (!isa<BufferOp, ColumnsOp>(op) && !isStep(&op))
      return op.emitOpError("expects to stand elsewhere: a program holds buffers, columns, "
                            "launches and barriers");
    if (auto found = dyn_cast<SearchOp>(op))
      search = found;
    // program_c2
    auto merge = dyn_cast<MergeSearchOp>(op);
    if (merge && (!search || search.getVocabularySize() != merge.getVocabularySize()))
      return merge.emitOpError("expects a search over ")
             << merge.getVocabularySize() << " tokens before it";
  }
  return success();
}

LogicalResult BufferOp::verify() {
  // buffer_c1
  if (int64_t(getMultiple()) <= 0)
    return mismatch(*this, "a positive multiple", int64_t(getMultiple()));
  // buffer_c2
  BufferType type = getResult().getType();
  if (type.getWidth() <= 0 || type.getStride() < type.getWidth())
    return mismatch(*this, "a positive width and a stride not below it", type);
  return success();
}

int64_t BufferOp::bytesPerRow() {
  constexpr int64_t kLine = 64;
  int64_t numbers = int64_t(getMultiple()) * getResult().getType().getStride();
  return llvm::alignTo(numbers * int64_t(sizeof(float)), kLine);
}

LogicalResult ColumnsOp::verify() {
  BufferType from = getBuffer().getType(), to = getResult().getType();
  int64_t begin = getBegin(), end = begin + to.getWidth();
  // columns_c1
  if (begin < 0 || to.getWidth() <= 0 || end > from.getWidth())
    return emitOpError("expects columns within the buffer's width of ")
           << from.getWidth() << ", but got " << begin << " to " << end;
  // columns_c2
  if (from.getStride() != to.getStride() || from.getSpace() != to.getSpace())
    return mismatch(*this, "buffer and result to share space and stride", from, to);
  return success();
}

bool isStep(Operation *op) {
  return isa<LaunchOpInterface, BarrierOp>(op);
}

BufferOp wholeBuffer(Value value) {
  while (auto columns = value.getDefiningOp<ColumnsOp>())
    value = columns.getBuffer();
  return value.getDefiningOp<BufferOp>();
}

WeightOp weightOf(Operation *user, FlatSymbolRefAttr symbol) {
  return symbol ? SymbolTable::lookupNearestSymbolFrom<WeightOp>(user, symbol) : WeightOp();
}

} // namespace transept::plan
