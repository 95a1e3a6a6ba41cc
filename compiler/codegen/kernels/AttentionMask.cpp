// SPDX-License-Identifier: Apache-2.0
//
// Emits the bounds of loops over keys, scale, soft cap, relative position bias, causal and window
// masks.
//
// Why bounds do not change bits, whatever rows share a tile. A row goes through the steps of its
// tile; some of them may hide all their keys from this row, because other rows of the tile see
// some. Such a step leaves the row's state as it was: its scores are -inf, so the maximum m stays,
// earlier sums and totals are multiplied by exp(m - m) = 1 (or, before the first visible key, are 0
// and stay 0), and its weights, exp(-inf) = 0, add exactly 0 to them. So it makes no difference
// whether a step without visible keys is visited or not. Steps with visible keys are visited
// always, in order, and begin at multiples of kKeysPerStep from key 0 on: which keys are summed
// together depends on the row's position alone.

#include "compiler/codegen/kernels/AttentionMask.h"

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/plan/TilePlaces.h"

#include <limits>

namespace transept::codegen {

using namespace mlir;

namespace {

constexpr double kInfinity = std::numeric_limits<float>::infinity();

/// Positions are i32: no window has to reach farther than they do.
int64_t reachOf(int64_t window) {
  return std::min<int64_t>(window, std::numeric_limits<int32_t>::max());
}

bool hasWindow(const AttentionShape &shape) {
  return shape.farthestBefore() >= 0 || shape.farthestAfter() >= 0;
}

/// The positions of one vector of keys, relative to that of the query: given with the rows of the
/// encoder, counted in the self cache.
struct Distances {
  Expression all;         // of each key, i32
  Expression first;       // of the first key, i64
  Expression areAdjacent; // whether each is one more than the one before; none: always
  Expression query;       // the query's own position, i64; none where keys are blocks
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
    if (shape.scale != 1 || shape.softCap != 0 || readsDistances() || shape.hasPlaceBias ||
        shape.hidesRequested)
      change();
    else
      kernel.when(limit < step.key + kKeysPerStep, change);
  }

private:
  bool readsDistances() const {
    return shape.biasReach >= 0 || shape.scoreStride != 0 || hasWindow(shape);
  }

  /// The score, scaled, capped and biased, or -inf where the mask hides the key. `lane` counts from
  /// the step's first key; keys from `limit` on are hidden.
  Expression visibleScore(int64_t lane, Expression limit, Expression score) {
    if (shape.scale != 1)
      score = score * kernel.vectorNumber(shape.scale);
    if (shape.softCap != 0)
      score = emitSoftCap(kernel, shape.softCap, score);
    Expression keyNumbers = kernel.laneNumbers(kernel.lanes()) +
                            kernel.broadcast(kernel.truncateToInt32(step.key + lane));
    Expression visible = keyNumbers < kernel.broadcast(kernel.truncateToInt32(limit));

    if (readsDistances()) {
      Distances distances = distancesOf(lane, keyNumbers);
      if (shape.windowBefore >= 0)
        visible = visible & (distances.all >= constant(-reachOf(shape.windowBefore)));
      if (shape.windowAfter >= 0)
        visible = visible & (distances.all <= constant(reachOf(shape.windowAfter)));
      if (shape.chunkSize != 0)
        visible = visible & isInChunks(distances);
      if (shape.hasDistanceScores())
        score = score + distanceScores(distances);
      else if (shape.hasBucketScores())
        score = score + bucketScores(distances);
      else if (shape.biasReach >= 0)
        score = score + biasOf(distances, unit.head);
    }
    if (shape.hasPlaceBias)
      score = score + placeBias(lane, visible);
    if (shape.hidesRequested)
      visible = visible & (marksOf(lane, visible) == constant(0));
    return kernel.select(visible, score, kernel.vectorNumber(-kInfinity));
  }

  Expression isInChunks(const Distances &distances) {
    auto all = [&](Expression distance) {
      return kernel.broadcast(kernel.truncateToInt32(distance));
    };
    Expression begin = distances.query % shape.chunkSize; // of the query in its chunk
    Expression seen = distances.all <= all(kernel.integer(shape.chunkSize - 1) - begin);
    if (shape.chunksBefore < 0)
      return seen;
    return seen &
           (distances.all >= all(kernel.integer(-shape.chunksBefore * shape.chunkSize) - begin));
  }

  /// Of adjacent keys of one tile: adjacent numbers, in the part of the tile's width.
  Expression placeBias(int64_t lane, Expression visible) {
    const TilePlaces places(*shape.tiles);
    Expression begin = kernel.integer(0);
    for (auto [width, first] : places.all().drop_front())
      begin = kernel.select(unit.tileWidth == width, kernel.integer(first), begin);
    Expression rows = unit.tileWidth * shape.tiles->side;
    Expression place = unit.head * places.size() + begin + step.rowInGroup * rows + step.key + lane;
    return kernel.loadMasked(kernel.floatsAt(operands.bias, place), kernel.vectorType(), visible);
  }

  /// Of the keys that are visible so far; others must not be read from outside the array.
  Expression marksOf(int64_t lane, Expression visible) {
    Expression row = unit.firstRow + step.key + lane;
    return kernel.loadMasked(kernel.floatsAt(operands.requestMarks, row),
                             kernel.integersOf(kernel.lanes()), visible);
  }

  Distances distancesOf(int64_t lane, Expression keyNumbers) {
    if (shape.keys == KeySource::OtherRows) {
      Expression block = kernel.minimum(step.rowInGroup / shape.blockSize, unit.keyCount - 1);
      return {keyNumbers - kernel.broadcast(kernel.truncateToInt32(block)),
              step.key + lane - block,
              {},
              {}};
    }
    if (shape.isOneSequence) {
      Expression query = step.rowInGroup;
      return {keyNumbers - kernel.broadcast(kernel.truncateToInt32(query)),
              step.key + lane - query,
              {},
              query};
    }
    Expression query = kernel.loadInt32(operands.positions, unit.firstRow + step.rowInGroup);
    if (shape.keys != KeySource::Rows)
      return {keyNumbers - kernel.broadcast(query),
              step.key + lane - kernel.toInt64(query),
              {},
              kernel.toInt64(query)};
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
    return {distances, kernel.toInt64(first), differs == kernel.boolean(false),
            kernel.toInt64(query)};
  }

  /// The bias of one vector of keys, of one head of the table. It is as constant behind its reach
  /// as a vector is wide, so adjacent distances are adjacent numbers of it wherever the first is
  /// cut off.
  Expression biasOf(const Distances &distances, Expression head) {
    int64_t reach = shape.biasReach, lanes = kernel.lanes();
    Expression table = kernel.floatsAt(operands.bias, head * (2 * reach + 1) + reach);
    auto adjacent = [&] {
      Expression first = kernel.minimum(kernel.maximum(distances.first, kernel.integer(-reach)),
                                        kernel.integer(reach - lanes + 1));
      return kernel.loadVector(kernel.floatsAt(table, first));
    };
    if (!distances.areAdjacent)
      return adjacent();
    return kernel.choose(
        distances.areAdjacent, {kernel.vectorType()}, [&] { return Expressions{adjacent()}; },
        [&] { return Expressions{gatherCut(table, distances, reach, reach)}; })[0];
  }

  /// Of the query's row. No numbers repeat behind the last distance, so only vectors that end
  /// before it are read as they lie.
  Expression distanceScores(const Distances &distances) {
    int64_t before = shape.scoresBefore, after = shape.scoresAfter;
    Expression table = kernel.floatsAt(rowScores(), unit.head * (before + 1 + after) + before);
    Expression lies =
        (distances.first >= -before) & (distances.first <= after + 1 - int64_t(kernel.lanes()));
    if (distances.areAdjacent)
      lies = lies & distances.areAdjacent;
    return kernel.choose(
        lies, {kernel.vectorType()},
        [&] { return Expressions{kernel.loadVector(kernel.floatsAt(table, distances.first))}; },
        [&] { return Expressions{gatherCut(table, distances, before, after)}; })[0];
  }

  /// Likewise, of the buckets that the table says.
  Expression bucketScores(const Distances &distances) {
    Expression buckets = kernel.wholeInt32(biasOf(distances, kernel.integer(0)));
    Expression heads = kernel.broadcast(kernel.integer32(int32_t(shape.headCount)));
    Expression place = buckets * heads + kernel.broadcast(kernel.truncateToInt32(unit.head));
    return kernel.gather(rowScores(), kernel.toInt64(place));
  }

  Expression rowScores() {
    return kernel.floatsAt(operands.scores, (unit.firstRow + step.rowInGroup) * shape.scoreStride);
  }

  /// table[distance], each cut off by itself.
  Expression gatherCut(Expression table, const Distances &distances, int64_t before,
                       int64_t after) {
    Expression cut =
        kernel.minimum(kernel.maximum(distances.all, constant(-before)), constant(after));
    return kernel.gather(table, kernel.toInt64(cut));
  }

  Expression constant(int64_t value) { return kernel.broadcast(kernel.integer32(int32_t(value))); }

  KernelBuilder &kernel;
  const AttentionShape &shape;
  const AttentionOperands &operands;
  const AttentionUnit &unit;
  const StepScores &step;
};

} // namespace

Expression emitHasRisingPositions(KernelBuilder &kernel, const AttentionShape &shape,
                                  const AttentionOperands &operands, const AttentionUnit &unit) {
  if (shape.keys != KeySource::Rows || shape.isOneSequence || !hasWindow(shape))
    return {};
  return kernel.loop(kernel.integer(1), unit.rowCount, 1, {kernel.boolean(true)},
                     [&](Expression row, ArrayRef<Expression> carried) {
                       Expression at = unit.firstRow + row;
                       Expression before = kernel.loadInt32(operands.positions, at - 1);
                       Expression own = kernel.loadInt32(operands.positions, at);
                       return Expressions{carried[0] & (before < own)};
                     })[0];
}

VisitedKeys emitVisitedKeys(KernelBuilder &kernel, const AttentionShape &shape,
                            const AttentionUnit &unit, Expression firstInGroup, Expression rows) {
  Expression zero = kernel.integer(0);
  VisitedKeys keys{zero, unit.keyCount};
  // The tile's last row sees most keys.
  if (shape.isCausal)
    keys.end = kernel.minimum(keys.end, unit.past + firstInGroup + rows);
  // In the self cache a key's number is its position. Where positions of rows rise, two rows are at
  // most as far apart as their positions are; otherwise every key is looked at.
  auto whereRising = [&](Expression bound, Expression otherwise) {
    return unit.hasRisingPositions ? kernel.select(unit.hasRisingPositions, bound, otherwise)
                                   : bound;
  };
  Expression first = unit.past + firstInGroup;
  if (int64_t reach = shape.farthestBefore(); reach >= 0) {
    Expression begin = kernel.maximum(first - reachOf(reach), zero);
    keys.begin = whereRising(begin / kKeysPerStep * kKeysPerStep, keys.begin);
  }
  if (int64_t reach = shape.farthestAfter(); reach >= 0 && !shape.isCausal) {
    Expression end = kernel.minimum(keys.end, first + rows + reachOf(reach));
    keys.end = whereRising(end, keys.end);
  }
  return keys;
}

void emitHideAndBias(KernelBuilder &kernel, const AttentionShape &shape,
                     const AttentionOperands &operands, const AttentionUnit &unit,
                     const StepScores &step) {
  ScoreEmitter(kernel, shape, operands, unit, step).emit();
}

} // namespace transept::codegen
