// SPDX-License-Identifier: Apache-2.0
//
// Emits scale, relative position bias, causal and window masks.

#include "compiler/codegen/kernels/AttentionMask.h"

#include <limits>

namespace transept::codegen {

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();

/// The positions of one vector of keys, relative to that of the query: given with the rows of the
/// encoder, counted in the self cache.
struct Distances {
  Expression all;         // of each key, i32
  Expression first;       // of the first key, i64
  Expression areAdjacent; // whether each is one more than the one before; none: always
};

Distances distancesOf(KernelBuilder &kernel, const AttentionShape &shape,
                      const AttentionOperands &operands, const AttentionUnit &unit,
                      Expression rowInGroup, Expression key, int64_t lane, Expression keyNumbers) {
  Expression query = kernel.loadInt32(operands.positions, unit.firstRow + rowInGroup);
  if (shape.keys != KeySource::Rows)
    return {keyNumbers - kernel.broadcast(query), key + lane - kernel.toInt64(query), {}};
  // Lanes beyond the sequence are hidden; they only must not be read from outside the array.
  Expression exists = keyNumbers < kernel.broadcast(kernel.truncateToInt32(unit.keyCount));
  Expression begin = kernel.minimum(key + lane, unit.keyCount - 1);
  Expression positions =
      kernel.loadMasked(kernel.floatsAt(operands.positions, unit.firstRow + key + lane),
                        kernel.integersOf(kernel.lanes()), exists);
  Expression first = kernel.loadInt32(operands.positions, unit.firstRow + begin) - query;
  Expression distances = positions - kernel.broadcast(query);
  Expression adjacent = kernel.broadcast(first) + kernel.laneNumbers(kernel.lanes());
  Expression differs = kernel.anyOf(exists & (distances != adjacent));
  return {distances, kernel.toInt64(first), differs == kernel.boolean(false)};
}

/// The bias of one vector of keys. The table is as constant behind its reach as a vector is wide,
/// so adjacent distances are adjacent numbers of it wherever the first is cut off.
Expression biasOf(KernelBuilder &kernel, const AttentionShape &shape,
                  const AttentionOperands &operands, const AttentionUnit &unit,
                  const Distances &distances) {
  int64_t reach = shape.biasReach, lanes = kernel.lanes();
  Expression table = kernel.floatsAt(operands.bias, unit.head * (2 * reach + 1) + reach);
  auto adjacent = [&] {
    Expression first = kernel.minimum(kernel.maximum(distances.first, kernel.integer(-reach)),
                                      kernel.integer(reach - lanes + 1));
    return kernel.loadVector(kernel.floatsAt(table, first));
  };
  if (!distances.areAdjacent)
    return adjacent();
  auto constant = [&](int64_t value) { return kernel.broadcast(kernel.integer32(int32_t(value))); };
  return kernel.choose(
      distances.areAdjacent, {kernel.vectorType()}, [&] { return Expressions{adjacent()}; },
      [&] {
        Expression cut =
            kernel.minimum(kernel.maximum(distances.all, constant(-reach)), constant(reach));
        return Expressions{kernel.gather(table, kernel.toInt64(cut))};
      })[0];
}

/// The score, scaled and biased, or -inf where the mask hides the key. `lane` counts from `key`;
/// keys from `limit` on are hidden.
Expression visibleScore(KernelBuilder &kernel, const AttentionShape &shape,
                        const AttentionOperands &operands, const AttentionUnit &unit,
                        Expression rowInGroup, Expression key, int64_t lane, Expression limit,
                        Expression score) {
  if (shape.scale != 1)
    score = score * kernel.vectorNumber(shape.scale);
  Expression keyNumbers =
      kernel.laneNumbers(kernel.lanes()) + kernel.broadcast(kernel.truncateToInt32(key + lane));
  Expression visible = keyNumbers < kernel.broadcast(kernel.truncateToInt32(limit));

  if (shape.biasReach >= 0 || shape.windowBefore >= 0 || shape.windowAfter >= 0) {
    Distances distances =
        distancesOf(kernel, shape, operands, unit, rowInGroup, key, lane, keyNumbers);
    auto constant = [&](int64_t value) {
      return kernel.broadcast(kernel.integer32(int32_t(value)));
    };
    if (shape.windowBefore >= 0)
      visible = visible & (distances.all >= constant(-shape.windowBefore));
    if (shape.windowAfter >= 0)
      visible = visible & (distances.all <= constant(shape.windowAfter));
    if (shape.biasReach >= 0)
      score = score + biasOf(kernel, shape, operands, unit, distances);
  }
  return kernel.select(visible, score, kernel.vectorNumber(-kInfinity));
}

} // namespace

void emitHideAndBias(KernelBuilder &kernel, const AttentionShape &shape,
                     const AttentionOperands &operands, const AttentionUnit &unit,
                     Expression rowInGroup, Expression rowScores, Expression key,
                     Expression count) {
  Expression limit = key + count;
  if (shape.isCausal)
    limit = kernel.minimum(limit, unit.past + rowInGroup + 1);
  auto change = [&] {
    for (int64_t lane = 0; lane < kKeysPerStep; lane += kernel.lanes()) {
      Expression at = kernel.floatsAt(rowScores, lane);
      kernel.store(visibleScore(kernel, shape, operands, unit, rowInGroup, key, lane, limit,
                                kernel.loadVector(at)),
                   at);
    }
  };
  bool isAlwaysNeeded =
      shape.scale != 1 || shape.biasReach >= 0 || shape.windowBefore >= 0 || shape.windowAfter >= 0;
  if (isAlwaysNeeded)
    change();
  else
    kernel.when(limit < key + kKeysPerStep, change);
}

} // namespace transept::codegen
