// SPDX-License-Identifier: Apache-2.0
//
// Finds what launches name: rows, buffers, weights, fields.

#include "compiler/codegen/launches/LaunchEmitter.h"

#include "compiler/codegen/launches/AbiLayout.h"
#include "compiler/codegen/launches/EmitLaunch.h"
#include "compiler/targets/Architecture.h"

#include "transept/abi.h"

namespace transept::codegen {

using namespace mlir;

Expression loadField(KernelBuilder &kernel, Expression invocation, StringRef name) {
  InvocationField field = invocationField(name, kernel.target().architecture->pointerBytes);
  Type types[] = {kernel.pointerType(), kernel.getI64Type(), kernel.getI64Type(),
                  kernel.getI32Type(),  kernel.getI32Type(), kernel.getF32Type()};
  return kernel.load(kernel.bytesAt(invocation, field.offset), types[int(field.kind)]);
}

LaunchEmitter::LaunchEmitter(plan::ProgramOp program, KernelBuilder &kernel)
    : kernel(kernel), program(program), spaces(program.getBody().front()) {}

func::FuncOp LaunchEmitter::emit(plan::LaunchOpInterface launch, StringRef name) {
  kernel.setLoc(launch.getLoc());
  Type pointer = kernel.pointerType(), i64 = kernel.getI64Type();
  return kernel.define(name, {pointer, i64, i64}, [&](ArrayRef<Expression> arguments) {
    invocation = arguments[0];
    worker = arguments[1];
    workerCount = arguments[2];
    rowCount = field("row_count");
    emitAnyLaunch(launch, *this);
  });
}

Expression LaunchEmitter::rowsOfSpace(const Space &space) {
  if (space.isRequested())
    return field("requested_count");
  // Every program's last space has the invocation's rows.
  const MadeSpace *made = space.isWhole() ? nullptr : spaces.find(space);
  if (!made)
    return rowCount;
  if (!made->from)
    return field("feature_count");
  const RowStep &step = made->step;
  if (step.first != 0)
    return kernel.integer(step.first); // sources have at least as many
  Expression rows = rowsOfSpace(*made->from);
  if (step.hasWindows()) {
    Expression lines = step.lineBefore == 1 ? rows : rows / step.lineBefore;
    Expression last = lines + (step.padding - step.kernel);
    // A sequence shorter than the kernel has no window; division would round up to one.
    rows = kernel.select(last < 0, kernel.integer(0), last / step.stride + 1);
    if (step.lineBehind != 1)
      rows = rows * step.lineBehind;
  }
  return step.leading == 0 ? rows : rows + step.leading;
}

Expression LaunchEmitter::rowsOf(Value buffer) {
  return rowsOfSpace(cast<plan::BufferType>(buffer.getType()).getSpace());
}

bool LaunchEmitter::isOneSequence(Value buffer) {
  const Space &space = cast<plan::BufferType>(buffer.getType()).getSpace();
  return space.isSource() && spaces.find(space);
}

Expression LaunchEmitter::address(Value buffer) {
  if (!buffer)
    return kernel.null();
  if (auto columns = buffer.getDefiningOp<plan::ColumnsOp>())
    return kernel.floatsAt(address(columns.getBuffer()), int64_t(columns.getBegin()));
  auto op = buffer.getDefiningOp<plan::BufferOp>();
  return kernel.bytesAt(field("arena"),
                        (rowCount + int64_t(program.getSpareRows())) * int64_t(*op.getOffset()));
}

Expression LaunchEmitter::weight(FlatSymbolRefAttr symbol) {
  if (!symbol)
    return kernel.null();
  return kernel.bytesAt(field("weights"), int64_t(*plan::weightOf(program, symbol).getOffset()));
}

plan::LayoutAttr LaunchEmitter::layoutOf(FlatSymbolRefAttr symbol) {
  return plan::weightOf(program, symbol).getLayout();
}

plan::NumberType LaunchEmitter::numbersOf(FlatSymbolRefAttr symbol) {
  return layoutOf(symbol).getNumberType();
}

void LaunchEmitter::needScratch(int64_t bytes, int64_t bytesPerKey) {
  this->bytes = std::max(this->bytes, bytes);
  this->bytesPerKey = std::max(this->bytesPerKey, bytesPerKey);
}

void LaunchEmitter::needScratchOfRows(Value keys, int64_t bytes, int64_t bytesPerKey) {
  if (auto columns = keys.getDefiningOp<plan::ColumnsOp>())
    return needScratchOfRows(columns.getBuffer(), bytes, bytesPerKey);
  int64_t multiple = keys.getDefiningOp<plan::BufferOp>().getMultiple();
  int64_t most = multiple * int64_t(program.getSpareRows()) + TRANSEPT_KEY_BLOCK;
  needScratch(bytes + bytesPerKey * most, bytesPerKey * multiple);
}

Expression LaunchEmitter::scratch() {
  return kernel.bytesAt(field("scratch"), field("scratch_stride") * worker);
}

Expression LaunchEmitter::wantedWeights() {
  // Element crossAttentionCount of attention_weights, which may itself be null.
  int64_t index = crossAttentionCount++;
  Expression list = field("attention_weights");
  return kernel.choose(
      kernel.isNotNull(list), {kernel.pointerType()},
      [&] { return Expressions{kernel.loadPointer(list, kernel.integer(index))}; },
      [&] { return Expressions{kernel.null()}; })[0];
}

std::optional<NormShape> normShape(NormAttr norm, int64_t width, FlatSymbolRefAttr gain,
                                   FlatSymbolRefAttr shift) {
  if (!norm)
    return std::nullopt;
  return NormShape{norm.getKind(), norm.getEpsilon().getValueAsDouble(), width, bool(gain),
                   bool(shift)};
}

} // namespace transept::codegen
