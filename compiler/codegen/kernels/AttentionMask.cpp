// SPDX-License-Identifier: Apache-2.0
//
// Emits scale, relative position bias, causal and window masks.

#include "compiler/codegen/kernels/AttentionMask.h"

#include <limits>

namespace transept::codegen {

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();

/// Positions of the keys: given with the rows of the encoder, counted in the self cache.
Expression keyPositions(KernelBuilder &kernel, const AttentionShape &shape,
                        const AttentionOperands &operands, const AttentionUnit &unit,
                        Expression keyNumbers) {
  if (shape.keys != KeySource::Rows)
    return keyNumbers;
  // Lanes beyond the sequence are hidden; they only must not be read from outside the array.
  Expression numbers =
      kernel.minimum(keyNumbers, kernel.broadcast(kernel.truncateToInt32(unit.keyCount - 1)));
  Expression rows = kernel.toInt64(numbers) + kernel.broadcast(unit.firstRow);
  return kernel.gatherInt32(operands.positions, rows);
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
    Expression distance =
        keyPositions(kernel, shape, operands, unit, keyNumbers) -
        kernel.broadcast(kernel.loadInt32(operands.positions, unit.firstRow + rowInGroup));
    auto constant = [&](int64_t value) {
      return kernel.broadcast(kernel.integer32(int32_t(value)));
    };
    if (shape.windowBefore >= 0)
      visible = visible & (distance >= constant(-shape.windowBefore));
    if (shape.windowAfter >= 0)
      visible = visible & (distance <= constant(shape.windowAfter));
    if (shape.biasReach >= 0) {
      Expression cut = kernel.minimum(kernel.maximum(distance, constant(-shape.biasReach)),
                                      constant(shape.biasReach));
      Expression table =
          kernel.floatsAt(operands.bias, unit.head * (2 * shape.biasReach + 1) + shape.biasReach);
      score = score + kernel.gather(table, kernel.toInt64(cut));
    }
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
