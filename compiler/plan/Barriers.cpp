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

/// What launches touch, as ranges of the arena.
struct Touched {
  SmallVector<Range> reads, writes;
  bool readsSearchMemory = false, writesSearchMemory = false;

  Touched() = default;
  explicit Touched(const plan::Footprint &footprint);
  void add(const Touched &other);
  /// Whether these launches have to be over before `next` begins.
  bool hasToPrecede(const Touched &next) const;
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

Touched::Touched(const plan::Footprint &footprint)
    : reads(llvm::map_range(footprint.reads, rangeOf)),
      writes(llvm::map_range(footprint.writes, rangeOf)),
      readsSearchMemory(footprint.readsSearchMemory),
      writesSearchMemory(footprint.writesSearchMemory) {}

void Touched::add(const Touched &other) {
  reads.append(other.reads);
  writes.append(other.writes);
  readsSearchMemory |= other.readsSearchMemory;
  writesSearchMemory |= other.writesSearchMemory;
}

bool Touched::hasToPrecede(const Touched &next) const {
  return anyOverlap(next.reads, writes) || anyOverlap(next.writes, writes) ||
         anyOverlap(next.writes, reads) || (next.readsSearchMemory && writesSearchMemory) ||
         (next.writesSearchMemory && (readsSearchMemory || writesSearchMemory));
}

void insertBarriers(plan::ProgramOp program) {
  Touched since;
  int64_t launches = 0, barriers = 0;
  for (auto launch :
       llvm::make_early_inc_range(program.getBody().front().getOps<plan::LaunchOpInterface>())) {
    Touched touched(launch.getFootprint());
    if (since.hasToPrecede(touched)) {
      OpBuilder builder(launch);
      plan::BarrierOp::create(builder, launch.getLoc());
      since = {};
      ++barriers;
    }
    ++launches;
    since.add(touched);
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
