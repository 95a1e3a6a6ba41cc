// SPDX-License-Identifier: Apache-2.0
//
// Random token ids within what the tables of a module hold.

#include "compiler/pipeline/RandomInputs.h"

#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Transept.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <random>

namespace transept {

using namespace mlir;

namespace {

/// What the ids of one sequence space must stay within.
struct Limits {
  int64_t vocabularySize = std::numeric_limits<int32_t>::max();
  int64_t length = std::numeric_limits<int64_t>::max();

  void restrictTokens(Value table) { vocabularySize = std::min(vocabularySize, rowsOf(table)); }
  void restrictPositions(Value table, int64_t offset) {
    length = std::min(length, rowsOf(table) - offset);
  }
  static int64_t rowsOf(Value table) {
    return cast<RankedTensorType>(table.getType()).getDimSize(0);
  }
};

std::map<Space, Limits> findLimits(ModuleOp module) {
  std::map<Space, Limits> limits;
  auto limitsOf = [&](Value ids) -> Limits & {
    return limits[cast<RowsType>(ids.getType()).getSpace()];
  };
  module.walk([&](EmbeddingOp embedding) {
    Limits &space = limitsOf(embedding.getIds());
    space.restrictTokens(embedding.getTable());
    if (Value positions = embedding.getPositions())
      space.restrictPositions(positions, embedding.getPositionOffset());
  });
  module.walk([&](PositionEmbeddingOp positions) {
    limitsOf(positions.getRows()).restrictPositions(positions.getTable(), positions.getOffset());
  });
  return limits;
}

/// Do sources of `length` rows fit into the tables of every space that `function` makes of them?
bool fits(func::FuncOp function, int64_t length, const std::map<Space, Limits> &limits) {
  auto lengths = sourceLengths(function, {length});
  return llvm::all_of(lengths, [&](const auto &space) {
    auto found = limits.find(space.first);
    return found == limits.end() || space.second.front() <= found->second.length;
  });
}

/// `wanted` rows of features; so many that they become `wanted` rows, where none would be left of
/// them behind windows without padding.
int64_t enoughRows(func::FuncOp function, int64_t wanted) {
  constexpr int64_t kMost = 1 << 20;
  auto left = [&](int64_t length) {
    auto lengths = sourceLengths(function, {length});
    auto found = lengths.find(Space::source());
    return found == lengths.end() ? length : found->second.front();
  };
  int64_t length = wanted;
  if (left(length) == 0)
    while (left(length) < wanted && length < kMost)
      ++length;
  return length;
}

/// How many rows a source of `function` must have, where it is a grid.
std::optional<int64_t> gridLength(func::FuncOp function) {
  const MadeSpaces spaces(function.front());
  for (Operation &op : function.front())
    if (std::optional<MadeSpace> made = madeSpaceOf(&op);
        made && made->rowsBefore != 0 && made->from && !spaces.find(*made->from))
      return made->rowsBefore;
  return std::nullopt;
}

/// How many rows a source of `function` must have at least: those of an image before its prompt.
int64_t leastLength(func::FuncOp function) {
  int64_t least = 0;
  for (Operation &op : function.front())
    if (std::optional<MadeSpace> made = madeSpaceOf(&op))
      least = std::max(least, made->leastRowsBefore);
  return least;
}

/// A length at which a sequence of `function` has blocks and a rest, where it is divided into some.
int64_t blocksAndRest(func::FuncOp function, int64_t wanted) {
  for (auto sum : function.getOps<SumBlocksOp>())
    wanted = std::max<int64_t>(wanted, 2 * int64_t(sum.getBlockSize()) + 1);
  return wanted;
}

Sequences drawSequences(int64_t vocabularySize, ArrayRef<int64_t> lengths,
                        std::mt19937_64 &random) {
  Sequences sequences;
  std::uniform_int_distribution<int32_t> token(0, vocabularySize - 1);
  for (int64_t length : lengths) {
    auto &sequence = sequences.emplace_back(length);
    std::generate(sequence.begin(), sequence.end(), [&] { return token(random); });
  }
  return sequences;
}

} // namespace

std::pair<Sequences, Sequences> randomSequences(ModuleOp module, uint64_t seed) {
  std::map<Space, Limits> limits = findLimits(module);
  std::mt19937_64 random(seed);
  // Enough rows for three calls of decode each, and sources longer and shorter than their targets.
  SmallVector<int64_t> sourceLengths = {6, 1, 3}, targetLengths = {4, 7, 3};
  auto entry = module.lookupSymbol<func::FuncOp>(forwardName);
  if (!entry)
    entry = module.lookupSymbol<func::FuncOp>(encodeName);
  if (entry)
    sourceLengths[0] = blocksAndRest(entry, sourceLengths[0]);
  for (int64_t &length : sourceLengths) {
    if (entry)
      length = enoughRows(entry, leastLength(entry) + length);
    while (entry && length > 0 && !fits(entry, length, limits))
      --length;
  }
  if (std::optional<int64_t> rows = entry ? gridLength(entry) : std::nullopt)
    sourceLengths.assign(3, *rows);
  for (int64_t &length : targetLengths)
    length = std::min(length, limits[Space::target()].length);
  Sequences sources = drawSequences(limits[Space::source()].vocabularySize, sourceLengths, random);
  Sequences targets = drawSequences(limits[Space::target()].vocabularySize, targetLengths, random);
  return {std::move(sources), std::move(targets)};
}

} // namespace transept
