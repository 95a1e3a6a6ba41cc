// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of masks and position biases.

#include "dialects/Transept/RelativePosition.h"
#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

double Bias::at(int64_t head, const ScorePlace &place) const {
  const auto [sequence, query, key, keyCount, row] = place;
  if (scores && bucketCount == 0) {
    const int64_t distance = std::clamp(key - query, -before, after);
    return scores->row(row)[head * (before + 1 + after) + before + distance];
  }
  if (tiling) {
    const int64_t width = tiling->widthOf(sequence % tiling->tilesAcross()), side = tiling->side;
    const int64_t down = query / width - key / width, across = query % width - key % width;
    return table->row((down + side - 1) * (2 * side - 1) + across + side - 1)[head];
  }
  const int64_t own = blockSize != 0 ? std::min(query / blockSize, keyCount - 1) : query;
  const int64_t bucket =
      relativePositionBucket(key - own - ahead, {.count = bucketCount,
                                                 .maximumDistance = maximumDistance,
                                                 .isBidirectional = isBidirectional});
  return scores ? scores->row(row)[bucket * headCount + head] : table->row(bucket)[head];
}

LogicalResult CausalMaskOp::interpret(Frame &frame) {
  frame.bind(getResult(), Mask{.after = 0});
  return success();
}

LogicalResult PaddingMaskOp::interpret(Frame &frame) {
  frame.bind(getResult(), Mask{});
  return success();
}

LogicalResult WindowMaskOp::interpret(Frame &frame) {
  frame.bind(getResult(), Mask{.before = int64_t(getBefore()), .after = int64_t(getAfter())});
  return success();
}

LogicalResult ChunkMaskOp::interpret(Frame &frame) {
  int64_t before = getBefore() ? int64_t(*getBefore()) : Mask::Unlimited;
  frame.bind(getResult(), Mask{.chunks = {{int64_t(getSize()), before}}});
  return success();
}

LogicalResult UnrequestedMaskOp::interpret(Frame &frame) {
  frame.bind(getResult(), Mask{.hidesRequested = true});
  return success();
}

LogicalResult CombineMasksOp::interpret(Frame &frame) {
  const Mask lhs = frame.get<Mask>(getLhs());
  const Mask rhs = frame.get<Mask>(getRhs());
  Mask both{.before = std::min(lhs.before, rhs.before),
            .after = std::min(lhs.after, rhs.after),
            .hidesRequested = lhs.hidesRequested || rhs.hidesRequested,
            .chunks = lhs.chunks};
  both.chunks.insert(both.chunks.end(), rhs.chunks.begin(), rhs.chunks.end());
  frame.bind(getResult(), both);
  return success();
}

LogicalResult RelativePositionBiasOp::interpret(Frame &frame) {
  frame.bind(getResult(), Bias{.table = frame.get<Weight>(getTable()),
                               .bucketCount = int64_t(getBucketCount()),
                               .maximumDistance = int64_t(getMaximumDistance()),
                               .isBidirectional = getBidirectional(),
                               .blockSize = int64_t(getBlockSize().value_or(0))});
  return success();
}

LogicalResult RelativeScoresOp::interpret(Frame &frame) {
  frame.bind(getResult(), Bias{.table = {},
                               .bucketCount = int64_t(getBucketCount().value_or(0)),
                               .maximumDistance = int64_t(getMaximumDistance().value_or(0)),
                               .isBidirectional = getBidirectional(),
                               .scores = std::make_shared<const Tensor>(frame.rows(getScores())),
                               .headCount = int64_t(getType().getHeadCount()),
                               .before = int64_t(getBefore().value_or(0)),
                               .after = int64_t(getAfter().value_or(0)),
                               .ahead = int64_t(getAhead().value_or(0))});
  return success();
}
