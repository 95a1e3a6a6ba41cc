// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of caches.

#include "dialects/Transept/interpreter/Interpreter.h"

using namespace mlir;
using namespace transept;

LogicalResult CacheStoreOp::interpret(Frame &frame) {
  frame.bind(getCache(), EncoderCache{std::make_shared<const Tensor>(frame.rows(getRows()))});
  return success();
}

LogicalResult CacheReadOp::interpret(Frame &frame) {
  frame.bindRows(getRows(), *frame.get<EncoderCache>(getCache()).rows);
  return success();
}

LogicalResult CacheAppendOp::interpret(Frame &frame) {
  const Tensor &rows = frame.rows(getRows());
  const SequenceSpace &space = frame.space(getRows());
  auto pastLengths = frame.batch.pastLengths(getRows().getType().getSpace());
  SelfCache &cache = *frame.get<std::shared_ptr<SelfCache>>(getCache());
  cache.sequences.resize(space.sequenceCount());

  Tensor history({frame.space(getHistory()).rowCount(), rows.width()});
  int64_t nextRow = 0, nextHistoryRow = 0;
  for (int64_t sequence = 0; sequence < space.sequenceCount(); ++sequence) {
    std::vector<double> &kept = cache.sequences[sequence];
    int64_t past = pastLengths[sequence];
    if (int64_t(kept.size()) < past * rows.width())
      return emitOpError() << "expects " << past << " positions of sequence " << sequence
                           << " in the cache, but got " << kept.size() / rows.width();
    // A cache may hold more than the batch's past: appending starts behind the past, so that
    // running the op twice is the same as once.
    kept.resize(past * rows.width());
    for (int64_t i = 0; i < space.lengths[sequence]; ++i, ++nextRow)
      kept.insert(kept.end(), rows.row(nextRow).begin(), rows.row(nextRow).end());
    std::copy(kept.begin(), kept.end(), history.values.begin() + nextHistoryRow * rows.width());
    nextHistoryRow += past + space.lengths[sequence];
  }
  frame.bindRows(getHistory(), std::move(history));
  return success();
}
