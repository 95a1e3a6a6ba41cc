// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of the recurrence: each sequence from its first row to its last.

#include "dialects/Transept/interpreter/Interpreter.h"

using namespace mlir;
using namespace transept;

/// Makes `kept` the `past` rows that a sequence has behind it: a cache may hold more than these, so
/// that running the op twice is the same as once.
static LogicalResult keepPast(GatedRecurrenceOp op, std::vector<double> &kept, int64_t past,
                              int64_t width) {
  if (int64_t(kept.size()) < past * width)
    return op.emitOpError() << "expects " << past << " states of a sequence in the cache, but got "
                            << int64_t(kept.size()) / width;
  kept.resize(past * width);
  return success();
}

LogicalResult GatedRecurrenceOp::interpret(Frame &frame) {
  const Tensor &gate = frame.rows(getGate()), &value = frame.rows(getValue());
  const SequenceSpace &space = frame.space(getValue());
  int64_t width = value.width(), row = 0;
  SelfCache none;
  SelfCache &cache = getPast() ? *frame.get<std::shared_ptr<SelfCache>>(getPast()) : none;
  cache.sequences.resize(space.sequenceCount());
  auto pastLengths = frame.batch.pastLengths(getValue().getType().getSpace());

  Tensor result({value.rowCount(), width});
  for (int64_t sequence = 0; sequence < space.sequenceCount(); ++sequence) {
    std::vector<double> &kept = cache.sequences[sequence];
    if (getPast() && failed(keepPast(*this, kept, pastLengths[sequence], width)))
      return failure();
    std::vector<double> state(width, 0.0);
    if (!kept.empty())
      state.assign(kept.end() - width, kept.end());
    for (int64_t i = 0; i < space.lengths[sequence]; ++i, ++row) {
      for (int64_t column = 0; column < width; ++column) {
        double keeps = gate.row(row)[column];
        state[column] = keeps * state[column] + (1 - keeps) * value.row(row)[column];
      }
      llvm::copy(state, result.row(row).begin());
      kept.insert(kept.end(), state.begin(), state.end());
    }
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}
