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
  double softCap;                   // 0: none
  std::vector<bool> areHidden = {}; // keys, by row; empty: none

  /// The head of keys and values that head `h` of the queries reads.
  int64_t keyHead(int64_t h) const { return h / (headCount / keyHeads); }
};

/// The keys of one sequence: rows [begin, end).
struct KeyRange {
  int64_t sequence, begin, end;
};

/// The scores of all `keys` for query row `i` and head `h`; those that it does not see are -inf.
std::vector<double> scoresOf(const AttentionInputs &inputs, int64_t h, int64_t i, KeyRange keys) {
  int64_t headSize = inputs.query.width() / inputs.headCount;
  int64_t queryBegin = h * headSize, keyBegin = inputs.keyHead(h) * headSize;
  int64_t queryPosition = inputs.queries.positions[i];
  std::vector<double> scores;
  for (int64_t j = keys.begin; j < keys.end; ++j) {
    int64_t keyPosition = inputs.keys.positions[j];
    bool isHidden = !inputs.areHidden.empty() && inputs.areHidden[j];
    if (isHidden || !inputs.mask.sees(queryPosition, keyPosition)) {
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
      score +=
          inputs.bias->at(h, {keys.sequence, queryPosition, keyPosition, keys.end - keys.begin, i});
    scores.push_back(score);
  }
  return scores;
}

/// All 0 where no key is seen.
void softmax(std::vector<double> &scores) {
  const double largest =
      scores.empty() ? -INFINITY : *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double &score : scores) {
    score = largest == -INFINITY ? 0 : std::exp(score - largest);
    sum += score;
  }
  for (double &score : scores)
    score = sum == 0 ? 0 : score / sum;
}

/// One softmax over the keys of all `parts`, which have the same queries; `kept` receives the
/// weights of the last of them, unless it is null.
Tensor attend(llvm::ArrayRef<AttentionInputs> parts, SoftmaxWeights *kept) {
  const AttentionInputs &first = parts.front();
  int64_t headSize = first.value.width() / first.keyHeads;
  Tensor result({first.query.rowCount(), first.headCount * headSize});
  int64_t queryBegin = 0;
  std::vector<int64_t> keyBegins(parts.size(), 0);
  for (int64_t sequence = 0; sequence < first.queries.sequenceCount(); ++sequence) {
    int64_t queryEnd = queryBegin + first.queries.lengths[sequence];
    auto keysOf = [&](size_t part) -> KeyRange {
      return {sequence, keyBegins[part], keyBegins[part] + parts[part].keys.lengths[sequence]};
    };
    Tensor *sequenceWeights = nullptr;
    if (kept)
      sequenceWeights = &kept->sequences.emplace_back(std::vector<int64_t>{
          first.headCount * (queryEnd - queryBegin), parts.back().keys.lengths[sequence]});
    for (int64_t i = queryBegin; i < queryEnd; ++i)
      for (int64_t h = 0; h < first.headCount; ++h) {
        std::vector<double> weights;
        for (size_t part = 0; part < parts.size(); ++part)
          llvm::append_range(weights, scoresOf(parts[part], h, i, keysOf(part)));
        softmax(weights);
        auto weight = weights.begin();
        for (size_t part = 0; part < parts.size(); ++part) {
          const AttentionInputs &inputs = parts[part];
          KeyRange keys = keysOf(part);
          if (sequenceWeights && part + 1 == parts.size())
            std::copy(weight, weights.end(),
                      sequenceWeights->row(h * (queryEnd - queryBegin) + i - queryBegin).begin());
          for (int64_t j = keys.begin; j < keys.end; ++j, ++weight)
            for (int64_t d = 0; d < headSize; ++d)
              result.row(i)[h * headSize + d] +=
                  *weight * inputs.value.row(j)[inputs.keyHead(h) * headSize + d];
        }
      }
    queryBegin = queryEnd;
    for (size_t part = 0; part < parts.size(); ++part)
      keyBegins[part] = keysOf(part).end;
  }
  return result;
}

/// Keys of `space` that a mask hides by row.
std::vector<bool> hiddenKeys(const Mask &mask, const Space &space, const Batch &batch) {
  if (!mask.hidesRequested)
    return {};
  std::vector<bool> areHidden(size_t(batch.find(space)->rowCount()));
  for (int64_t row : batch.requestedRows(space))
    areHidden[size_t(row)] = true;
  return areHidden;
}

template <typename AttentionOp>
FailureOr<AttentionInputs> inputsOf(AttentionOp op, Value key, Value value, Frame &frame) {
  const SequenceSpace &queries = frame.space(op.getQuery()), &keys = frame.space(key);
  if (queries.sequenceCount() != keys.sequenceCount())
    return op.emitOpError() << "expects as many sequences of keys as of queries, but got "
                            << keys.sequenceCount() << " and " << queries.sequenceCount();
  const Mask mask = op.getMask() ? frame.get<Mask>(op.getMask()) : Mask{};
  const Space &keySpace = cast<RowsType>(key.getType()).getSpace();
  return AttentionInputs{.query = frame.rows(op.getQuery()),
                         .key = frame.rows(key),
                         .value = frame.rows(value),
                         .queries = queries,
                         .keys = keys,
                         .mask = mask,
                         .bias = op.getBias() ? &frame.get<Bias>(op.getBias()) : nullptr,
                         .headCount = int64_t(op.getHeadCount()),
                         .keyHeads = op.keyHeads(),
                         .scale = op.getScale().convertToDouble(),
                         .softCap = op.getSoftCap() ? op.getSoftCap()->convertToDouble() : 0,
                         .areHidden = hiddenKeys(mask, keySpace, frame.batch)};
}

template <typename AttentionOp>
LogicalResult interpretAttention(AttentionOp op, Frame &frame, SoftmaxWeights *weights) {
  FailureOr<AttentionInputs> inputs = inputsOf(op, op.getKey(), op.getValue(), frame);
  if (failed(inputs))
    return failure();
  frame.bindRows(op.getResult(), attend(*inputs, weights));
  return success();
}

} // namespace

LogicalResult MergedAttentionOp::interpret(Frame &frame) {
  FailureOr<AttentionInputs> own = inputsOf(*this, getKey(), getValue(), frame);
  FailureOr<AttentionInputs> memory = inputsOf(*this, getMemoryKey(), getMemoryValue(), frame);
  if (failed(own) || failed(memory))
    return failure();
  memory->mask = seesOwnMemory() ? Mask{.before = 0, .after = 0} : Mask{};
  memory->areHidden.clear();
  memory->bias = getMemoryBias() ? &frame.get<Bias>(getMemoryBias()) : nullptr;
  SoftmaxWeights weights{int64_t(getHeadCount()), {}};
  frame.bindRows(getResult(), attend({*own, *memory}, getWeights() ? &weights : nullptr));
  if (getWeights())
    frame.bind(getWeights(), std::move(weights));
  return success();
}

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
