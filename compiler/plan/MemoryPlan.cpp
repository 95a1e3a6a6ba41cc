// SPDX-License-Identifier: Apache-2.0
//
// Places buffers in the arena: largest first, each at the lowest offset that is free for its whole
// life (Pisarchyk and Lee 2020, greedy by size).

#include "compiler/plan/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

#define GEN_PASS_DEF_PLANMEMORYPASS
#include "compiler/plan/Passes.h.inc"

namespace {

/// Large weights begin at page boundaries, small ones at cache lines.
constexpr int64_t kPage = 4096, kLine = 64;

struct Lifetime {
  plan::BufferOp buffer;
  int64_t first, last; // launches, counted from the program's start
  int64_t size;        // bytes per row
  int64_t offset = 0;

  bool overlaps(const Lifetime &other) const { return first <= other.last && other.first <= last; }
};

int64_t lastUse(Value value, const DenseMap<Operation *, int64_t> &order) {
  int64_t last = 0;
  for (Operation *user : value.getUsers())
    last = std::max(last, isa<plan::ColumnsOp>(user) ? lastUse(user->getResult(0), order)
                                                     : order.lookup(user));
  return last;
}

int64_t firstUse(Value value, const DenseMap<Operation *, int64_t> &order) {
  int64_t first = std::numeric_limits<int64_t>::max();
  for (Operation *user : value.getUsers())
    first = std::min(first, isa<plan::ColumnsOp>(user) ? firstUse(user->getResult(0), order)
                                                       : order.lookup(user));
  return first;
}

SmallVector<Lifetime> lifetimesIn(plan::ProgramOp program) {
  DenseMap<Operation *, int64_t> order;
  for (auto [index, op] : llvm::enumerate(program.getBody().front()))
    order[&op] = int64_t(index);
  SmallVector<Lifetime> lifetimes;
  for (auto buffer : program.getBody().getOps<plan::BufferOp>()) {
    if (buffer->use_empty())
      continue;
    lifetimes.push_back(
        {buffer, firstUse(buffer, order), lastUse(buffer, order), buffer.bytesPerRow()});
  }
  return lifetimes;
}

int64_t lowestOffset(const Lifetime &lifetime, ArrayRef<Lifetime> placed) {
  SmallVector<std::pair<int64_t, int64_t>> taken;
  for (const Lifetime &other : placed)
    if (lifetime.overlaps(other))
      taken.push_back({other.offset, other.offset + other.size});
  llvm::sort(taken);
  int64_t offset = 0;
  for (auto [begin, end] : taken) {
    if (offset + lifetime.size <= begin)
      break;
    offset = std::max(offset, end);
  }
  return offset;
}

void placeBuffers(plan::ProgramOp program) {
  SmallVector<Lifetime> lifetimes = lifetimesIn(program);
  llvm::sort(lifetimes, [](const Lifetime &a, const Lifetime &b) {
    return std::pair(-a.size, a.first) < std::pair(-b.size, b.first);
  });
  int64_t total = 0;
  for (size_t index = 0; index < lifetimes.size(); ++index) {
    Lifetime &lifetime = lifetimes[index];
    lifetime.offset = lowestOffset(lifetime, ArrayRef(lifetimes).take_front(index));
    total = std::max(total, lifetime.offset + lifetime.size);
    lifetime.buffer.setOffset(lifetime.offset);
  }
  program.setArenaBytesPerRow(total);
  int64_t apart = 0;
  for (const Lifetime &lifetime : lifetimes)
    apart += lifetime.size;
  remark::analysis(program.getLoc(), remark::RemarkOpts::name("plan-memory").category("plan"))
      << llvm::formatv("{0}: {1} buffers share {2} bytes a row; apart they would take {3}",
                       program.getName(), lifetimes.size(), total, apart)
             .str();
}

void placeWeights(ModuleOp module) {
  int64_t end = 0;
  for (auto weight : module.getOps<plan::WeightOp>()) {
    int64_t size = weight.getSize();
    weight.setOffset(int64_t(llvm::alignTo(end, size >= kPage ? kPage : kLine)));
    end = *weight.getOffset() + size;
  }
}

struct PlanMemoryPass : impl::PlanMemoryPassBase<PlanMemoryPass> {
  using Base::Base;

  void runOnOperation() override {
    placeWeights(getOperation());
    for (auto program : getOperation().getOps<plan::ProgramOp>())
      placeBuffers(program);
  }
};

} // namespace
} // namespace transept::codegen
