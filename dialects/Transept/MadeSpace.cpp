// SPDX-License-Identifier: Apache-2.0
//
// Numbers of rows behind steps, the spaces of a block, and what every op that makes a space keeps.

#include "dialects/Transept/MadeSpace.h"
#include "dialects/Transept/Checks.h"

#include <algorithm>
#include <cassert>

using namespace mlir;
using namespace transept;

/// Far beyond what a convolution takes; rows times this are numbers that fit.
static constexpr int64_t kMaximumStep = 1 << 16;

RowStep RowStep::overGrid(int64_t kernel, int64_t stride, int64_t padding, int64_t width,
                          int64_t lineBefore) {
  RowStep step{.kernel = kernel, .stride = stride, .padding = 2 * padding};
  if (kernel >= 1 && stride >= 1) // makes_space_c2 says that they must be
    step.lineBehind = step.rowsFrom(width);
  step.lineBefore = lineBefore;
  return step;
}

int64_t RowStep::rowsFrom(int64_t rows) const {
  if (first != 0)
    rows = std::min(rows, first);
  int64_t padded = rows / lineBefore + padding;
  return leading + lineBehind * (padded < kernel ? 0 : (padded - kernel) / stride + 1);
}

int64_t RowStep::spareRowsBefore() const {
  return lineBefore * std::max<int64_t>(0, kernel - padding - 1);
}

std::optional<MadeSpace> transept::madeSpaceOf(Operation *op) {
  auto maker = dyn_cast<MakesSpace>(op);
  if (!maker || !maker.makesSpace())
    return std::nullopt;
  return maker.getMadeSpace();
}

MadeSpaces::MadeSpaces(Block &block) {
  for (Operation &op : block)
    if (std::optional<MadeSpace> space = madeSpaceOf(&op); space && !find(space->space))
      made.push_back(std::move(*space));
}

const MadeSpace *MadeSpaces::find(const Space &space) const {
  const auto *found =
      llvm::find_if(made, [&](const MadeSpace &each) { return each.space == space; });
  return found == made.end() ? nullptr : found;
}

llvm::SmallVector<MadeSpace> MadeSpaces::onTheWay() const {
  llvm::SmallVector<MadeSpace> found;
  for (const MadeSpace &each : made)
    if (each.from && isOnTheWay(each.space))
      found.push_back(each);
  return found;
}

llvm::SmallVector<RowStep> MadeSpaces::steps() const {
  return llvm::map_to_vector(onTheWay(), [](const MadeSpace &each) { return each.step; });
}

bool MadeSpaces::isOnTheWay(const Space &space) const {
  if (space.isWhole())
    return true;
  return llvm::any_of(
      made, [&](const MadeSpace &each) { return each.from == space && isOnTheWay(each.space); });
}

unsigned MadeSpaces::stepsBefore(const Space &space) const {
  const MadeSpace *last = find(space);
  assert(last && "expects a space that an op makes");
  return std::count_if(made.begin(), last + 1,
                       [&](const MadeSpace &each) { return each.from && isOnTheWay(each.space); });
}

int64_t MadeSpaces::fixedRows(const Space &space) const {
  const MadeSpace *made = find(space);
  if (!made || !made->from)
    return 0;
  if (made->step.first != 0)
    return made->step.first;
  int64_t before = made->rowsBefore != 0 ? made->rowsBefore : fixedRows(*made->from);
  return before == 0 ? 0 : made->step.rowsFrom(before);
}

LogicalResult transept::detail::verifyMakesSpace(Operation *op) {
  const std::optional<MadeSpace> space = madeSpaceOf(op);
  if (!space)
    return success();
  const MadeSpace &made = *space;
  // makes_space_c1
  // Sequences change their numbers of rows in encode, before anything of the target is known.
  if (made.from && (!made.space.isSource() || !made.from->isSource() || made.space == *made.from))
    return mismatch(op, "input and result to be rows of different spaces derived from the source",
                    made.from->str(), made.space.str());
  const RowStep &step = made.step;
  // makes_space_c2
  if (step.kernel < 1 || step.stride < 1)
    return mismatch(op, "a positive kernel and stride", step.kernel, step.stride);
  // makes_space_c3
  if (step.kernel > kMaximumStep || step.stride > kMaximumStep || step.leading > kMaximumStep)
    return op->emitOpError("expects a kernel, a stride and leading rows of at most ")
           << kMaximumStep << ", but got " << step.kernel << ", " << step.stride << " and "
           << step.leading;
  // makes_space_c4
  if (step.lineBefore < 1 || step.lineBehind < 1 || step.lineBefore > kMaximumStep ||
      step.lineBehind > kMaximumStep)
    return mismatch(op, "lines of 1 to " + Twine(kMaximumStep) + " places", step.lineBefore,
                    step.lineBehind);
  return success();
}
