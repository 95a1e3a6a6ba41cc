// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of attention: the formula, with a loop for each of its indices.

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace transept;

namespace {

struct AttentionInputs {
  const Tensor &query, &key, &value;
  const SequenceSpace &queries, &keys;
  Mask mask;
  const Bias *bias; // or null
  int64_t headCount, keyHeads;
  double scale;
  double softCap; // 0: none

  /// The head of keys and values that head `h` of the queries reads.
  int64_t keyHead(int64_t h) const { return h / (headCount / keyHeads); }
};

/// The keys of one sequence: rows [begin, end).
struct KeyRange {
  int64_t sequence, begin, end;
};

/// The weights of all `keys` for query row `i` and head `h`; empty where it sees none.
std::vector<double> attentionWeights(const AttentionInputs &inputs, int64_t h, int64_t i,
                                     KeyRange keys) {
  int64_t headSize = inputs.query.width() / inputs.headCount;
  int64_t queryBegin = h * headSize, keyBegin = inputs.keyHead(h) * headSize;
  int64_t queryPosition = inputs.queries.positions[i];
  std::vector<double> scores;
  for (int64_t j = keys.begin; j < keys.end; ++j) {
    int64_t keyPosition = inputs.keys.positions[j];
    if (!inputs.mask.sees(queryPosition, keyPosition)) {
      scores.push_back(-INFINITY);
      continue;
    }
    double score = 0;
    for (int64_t d = 0; d < headSize; ++d)
      score += inputs.query.row(i)[queryBegin + d] * inputs.key.row(j)[keyBegin + d];
    score *= inputs.scale;
    if (inputs.softCap != 0)
      score = inputs.softCap * std::tanh(score / inputs.softCap);
    if (inputs.bias)
      score += inputs.bias->at(h, {keys.sequence, queryPosition, keyPosition});
    scores.push_back(score);
  }
  const double largest =
      scores.empty() ? -INFINITY : *std::max_element(scores.begin(), scores.end());
  if (largest == -INFINITY)
    return {};
  double sum = 0;
  for (double &score : scores) {
    score = std::exp(score - largest);
    sum += score;
  }
  for (double &score : scores)
    score /= sum;
  return scores;
}

/// `kept` receives the weights, unless it is null.
Tensor attend(const AttentionInputs &inputs, SoftmaxWeights *kept) {
  int64_t headSize = inputs.value.width() / inputs.keyHeads;
  Tensor result({inputs.query.rowCount(), inputs.headCount * headSize});
  int64_t queryBegin = 0, keyBegin = 0;
  for (int64_t sequence = 0; sequence < inputs.queries.sequenceCount(); ++sequence) {
    int64_t queryEnd = queryBegin + inputs.queries.lengths[sequence];
    int64_t keyEnd = keyBegin + inputs.keys.lengths[sequence];
    Tensor *sequenceWeights = nullptr;
    if (kept)
      sequenceWeights = &kept->sequences.emplace_back(
          std::vector<int64_t>{inputs.headCount * (queryEnd - queryBegin), keyEnd - keyBegin});
    for (int64_t i = queryBegin; i < queryEnd; ++i)
      for (int64_t h = 0; h < inputs.headCount; ++h) {
        std::vector<double> weights = attentionWeights(inputs, h, i, {sequence, keyBegin, keyEnd});
        if (sequenceWeights)
          std::ranges::copy(
              weights, sequenceWeights->row(h * (queryEnd - queryBegin) + i - queryBegin).begin());
        for (size_t j = 0; j < weights.size(); ++j)
          for (int64_t d = 0; d < headSize; ++d)
            result.row(i)[h * headSize + d] +=
                weights[j] * inputs.value.row(keyBegin + j)[inputs.keyHead(h) * headSize + d];
      }
    queryBegin = queryEnd;
    keyBegin = keyEnd;
  }
  return result;
}

template <typename AttentionOp>
LogicalResult interpretAttention(AttentionOp op, Frame &frame, SoftmaxWeights *weights) {
  const SequenceSpace &queries = frame.space(op.getQuery());
  const SequenceSpace &keys = frame.space(op.getKey());
  if (queries.sequenceCount() != keys.sequenceCount())
    return op.emitOpError() << "expects as many sequences of keys as of queries, but got "
                            << keys.sequenceCount() << " and " << queries.sequenceCount();
  frame.bindRows(op.getResult(),
                 attend({.query = frame.rows(op.getQuery()),
                         .key = frame.rows(op.getKey()),
                         .value = frame.rows(op.getValue()),
                         .queries = queries,
                         .keys = keys,
                         .mask = op.getMask() ? frame.get<Mask>(op.getMask()) : Mask{},
                         .bias = op.getBias() ? &frame.get<Bias>(op.getBias()) : nullptr,
                         .headCount = int64_t(op.getHeadCount()),
                         .keyHeads = op.keyHeads(),
                         .scale = op.getScale().convertToDouble(),
                         .softCap = op.getSoftCap() ? op.getSoftCap()->convertToDouble() : 0},
                        weights));
  return success();
}

} // namespace

LogicalResult SelfAttentionOp::interpret(Frame &frame) {
  return interpretAttention(*this, frame, /*weights=*/nullptr);
}

LogicalResult CrossAttentionOp::interpret(Frame &frame) {
  SoftmaxWeights weights{int64_t(getHeadCount()), {}};
  if (failed(interpretAttention(*this, frame, getWeights() ? &weights : nullptr)))
    return failure();
  if (getWeights())
    frame.bind(getWeights(), std::move(weights));
  return success();
}

LogicalResult AverageHeadsOp::interpret(Frame &frame) {
  const SoftmaxWeights &weights = frame.get<SoftmaxWeights>(getWeights());
  SoftmaxWeights result{1, {}};
  for (const Tensor &sequence : weights.sequences) {
    int64_t queries = sequence.rowCount() / weights.headCount;
    Tensor &mean = result.sequences.emplace_back(std::vector<int64_t>{queries, sequence.width()});
    for (int64_t row = 0; row < sequence.rowCount(); ++row)
      for (int64_t key = 0; key < sequence.width(); ++key)
        mean.row(row % queries)[key] += sequence.row(row)[key] / weights.headCount;
  }
  frame.bind(getResult(), std::move(result));
  return success();
}
