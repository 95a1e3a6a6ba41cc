// SPDX-License-Identifier: Apache-2.0
//
// Puts barriers between launches, only where bytes of the arena say so.

#include "compiler/plan/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

#define GEN_PASS_DEF_INSERTBARRIERSPASS
#include "compiler/plan/Passes.h.inc"

namespace {

/// Bytes per row that a launch touches.
struct Range {
  int64_t begin, end;
  bool overlaps(const Range &other) const { return begin < other.end && other.begin < end; }
};

struct Footprint {
  SmallVector<Range> reads, writes;
  bool readsSearch = false, writesSearch = false;
};

bool anyOverlap(ArrayRef<Range> some, ArrayRef<Range> others) {
  return llvm::any_of(some, [&](const Range &range) {
    return llvm::any_of(others, [&](const Range &other) { return range.overlaps(other); });
  });
}

Range rangeOf(Value value) {
  plan::BufferOp buffer = plan::wholeBuffer(value);
  int64_t begin = buffer.getOffset().value_or(0);
  return {begin, begin + buffer.bytesPerRow()};
}

Footprint footprintOf(Operation *op) {
  Footprint footprint;
  SmallVector<Value, 2> outputs = plan::outputsOf(op);
  for (Value operand : op->getOperands())
    (llvm::is_contained(outputs, operand) ? footprint.writes : footprint.reads)
        .push_back(rangeOf(operand));
  footprint.writesSearch = isa<plan::SearchOp>(op);
  footprint.readsSearch = isa<plan::MergeSearchOp>(op);
  return footprint;
}

void insertBarriers(plan::ProgramOp program) {
  Footprint since;
  int64_t launches = 0, barriers = 0;
  for (Operation &op : llvm::make_early_inc_range(program.getBody().front())) {
    if (!plan::isLaunch(&op))
      continue;
    Footprint launch = footprintOf(&op);
    bool depends =
        anyOverlap(launch.reads, since.writes) || anyOverlap(launch.writes, since.writes) ||
        anyOverlap(launch.writes, since.reads) || (launch.readsSearch && since.writesSearch);
    if (depends) {
      OpBuilder builder(&op);
      plan::BarrierOp::create(builder, op.getLoc());
      since = {};
      ++barriers;
    }
    ++launches;
    since.reads.append(launch.reads);
    since.writes.append(launch.writes);
    since.writesSearch |= launch.writesSearch;
  }
  remark::analysis(program.getLoc(), remark::RemarkOpts::name("insert-barriers").category("plan"))
      << llvm::formatv("{0}: {1} launches need {2} barriers", program.getName(), launches, barriers)
             .str();
}

struct InsertBarriersPass : impl::InsertBarriersPassBase<InsertBarriersPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto program : getOperation().getOps<plan::ProgramOp>())
      insertBarriers(program);
  }
};

} // namespace
} // namespace transept::codegen
