// SPDX-License-Identifier: Apache-2.0
//
// Emits the bounds of loops over keys, scale, relative position bias, causal and window masks.

#include "compiler/codegen/kernels/AttentionMask.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();

bool hasWindow(const AttentionShape &shape) {
  return shape.windowBefore >= 0 || shape.windowAfter >= 0;
}

/// The positions of one vector of keys, relative to that of the query: given with the rows of the
/// encoder, counted in the self cache.
struct Distances {
  Expression all;         // of each key, i32
  Expression first;       // of the first key, i64
  Expression areAdjacent; // whether each is one more than the one before; none: always
};

class ScoreEmitter {
public:
  ScoreEmitter(KernelBuilder &kernel, const AttentionShape &shape,
               const AttentionOperands &operands, const AttentionUnit &unit, const StepScores &step)
      : kernel(kernel), shape(shape), operands(operands), unit(unit), step(step) {}

  void emit() {
    Expression limit = step.key + step.count;
    if (shape.isCausal)
      limit = kernel.minimum(limit, unit.past + step.rowInGroup + 1);
    auto change = [&] {
      for (int64_t lane = 0; lane < kKeysPerStep; lane += kernel.lanes()) {
        Expression at = kernel.floatsAt(step.scores, lane);
        kernel.store(visibleScore(lane, limit, kernel.loadVector(at)), at);
      }
    };
    if (shape.scale != 1 || shape.biasReach >= 0 || hasWindow(shape))
      change();
    else
      kernel.when(limit < step.key + kKeysPerStep, change);
  }

private:
  /// The score, scaled and biased, or -inf where the mask hides the key. `lane` counts from the
  /// step's first key; keys from `limit` on are hidden.
  Expression visibleScore(int64_t lane, Expression limit, Expression score) {
    if (shape.scale != 1)
      score = score * kernel.vectorNumber(shape.scale);
    Expression keyNumbers = kernel.laneNumbers(kernel.lanes()) +
                            kernel.broadcast(kernel.truncateToInt32(step.key + lane));
    Expression visible = keyNumbers < kernel.broadcast(kernel.truncateToInt32(limit));

    if (shape.biasReach >= 0 || hasWindow(shape)) {
      Distances distances = distancesOf(lane, keyNumbers);
      if (shape.windowBefore >= 0)
        visible = visible & (distances.all >= constant(-shape.windowBefore));
      if (shape.windowAfter >= 0)
        visible = visible & (distances.all <= constant(shape.windowAfter));
      if (shape.biasReach >= 0)
        score = score + biasOf(distances);
    }
    return kernel.select(visible, score, kernel.vectorNumber(-kInfinity));
  }

  Distances distancesOf(int64_t lane, Expression keyNumbers) {
    Expression query = kernel.loadInt32(operands.positions, unit.firstRow + step.rowInGroup);
    if (shape.keys != KeySource::Rows)
      return {keyNumbers - kernel.broadcast(query), step.key + lane - kernel.toInt64(query), {}};
    // Lanes beyond the sequence are hidden; they only must not be read from outside the array.
    Expression exists = keyNumbers < kernel.broadcast(kernel.truncateToInt32(unit.keyCount));
    Expression begin = kernel.minimum(step.key + lane, unit.keyCount - 1);
    Expression positions =
        kernel.loadMasked(kernel.floatsAt(operands.positions, unit.firstRow + step.key + lane),
                          kernel.integersOf(kernel.lanes()), exists);
    Expression first = kernel.loadInt32(operands.positions, unit.firstRow + begin) - query;
    Expression distances = positions - kernel.broadcast(query);
    Expression adjacent = kernel.broadcast(first) + kernel.laneNumbers(kernel.lanes());
    Expression differs = kernel.anyOf(exists & (distances != adjacent));
    return {distances, kernel.toInt64(first), differs == kernel.boolean(false)};
  }

  /// The bias of one vector of keys. The table is as constant behind its reach as a vector is wide,
  /// so adjacent distances are adjacent numbers of it wherever the first is cut off.
  Expression biasOf(const Distances &distances) {
    int64_t reach = shape.biasReach, lanes = kernel.lanes();
    Expression table = kernel.floatsAt(operands.bias, unit.head * (2 * reach + 1) + reach);
    auto adjacent = [&] {
      Expression first = kernel.minimum(kernel.maximum(distances.first, kernel.integer(-reach)),
                                        kernel.integer(reach - lanes + 1));
      return kernel.loadVector(kernel.floatsAt(table, first));
    };
    if (!distances.areAdjacent)
      return adjacent();
    return kernel.choose(
        distances.areAdjacent, {kernel.vectorType()}, [&] { return Expressions{adjacent()}; },
        [&] {
          Expression cut =
              kernel.minimum(kernel.maximum(distances.all, constant(-reach)), constant(reach));
          return Expressions{kernel.gather(table, kernel.toInt64(cut))};
        })[0];
  }

  Expression constant(int64_t value) { return kernel.broadcast(kernel.integer32(int32_t(value))); }

  KernelBuilder &kernel;
  const AttentionShape &shape;
  const AttentionOperands &operands;
  const AttentionUnit &unit;
  const StepScores &step;
};

} // namespace

VisitedKeys emitVisitedKeys(KernelBuilder &kernel, const AttentionShape &shape,
                            const AttentionUnit &unit, Expression firstInGroup, Expression rows) {
  Expression zero = kernel.integer(0);
  VisitedKeys keys{zero, unit.keyCount};
  // The tile's last row sees most keys.
  if (shape.isCausal)
    keys.end = kernel.minimum(keys.end, unit.past + firstInGroup + rows);
  return keys;
}

void emitHideAndBias(KernelBuilder &kernel, const AttentionShape &shape,
                     const AttentionOperands &operands, const AttentionUnit &unit,
                     const StepScores &step) {
  ScoreEmitter(kernel, shape, operands, unit, step).emit();
}

} // namespace transept::codegen
