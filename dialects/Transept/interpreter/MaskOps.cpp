// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of masks and position biases.

#include "dialects/Transept/RelativePosition.h"
#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

double Bias::at(int64_t head, int64_t queryPosition, int64_t keyPosition) const {
  const int64_t bucket =
      relativePositionBucket(keyPosition - queryPosition, {.count = bucketCount,
                                                           .maximumDistance = maximumDistance,
                                                           .isBidirectional = isBidirectional});
  return table->row(bucket)[head];
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

LogicalResult CombineMasksOp::interpret(Frame &frame) {
  const Mask lhs = frame.get<Mask>(getLhs());
  const Mask rhs = frame.get<Mask>(getRhs());
  frame.bind(getResult(), Mask{.before = std::min(lhs.before, rhs.before),
                               .after = std::min(lhs.after, rhs.after)});
  return success();
}

LogicalResult RelativePositionBiasOp::interpret(Frame &frame) {
  frame.bind(getResult(), Bias{.table = frame.get<Weight>(getTable()),
                               .bucketCount = int64_t(getBucketCount()),
                               .maximumDistance = int64_t(getMaximumDistance()),
                               .isBidirectional = getBidirectional()});
  return success();
}
