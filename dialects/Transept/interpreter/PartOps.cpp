// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of ops over parts of sequences.

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace transept;

/// Copies rows [begin, begin + count) of each sequence of `from`, one behind the other.
static LogicalResult takeRows(Operation *op, const SequenceSpace &from, const Tensor &input,
                              int64_t begin, int64_t least, std::optional<int64_t> count,
                              Tensor &result) {
  int64_t first = 0, row = 0;
  for (int64_t length : from.lengths) {
    if (length < least)
      return op->emitOpError() << "expects sequences of at least " << least
                               << " rows, but got one of " << length;
    for (int64_t i = begin; i < (count ? begin + *count : length); ++i)
      std::ranges::copy(input.row(first + i), result.row(row++).begin());
    first += length;
  }
  return success();
}

LogicalResult FirstRowsOp::interpret(Frame &frame) {
  int64_t count = getCount();
  const Tensor &input = frame.rows(getInput());
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  if (failed(takeRows(*this, frame.space(getInput()), input, 0, count, count, result)))
    return failure();
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult RowsBehindOp::interpret(Frame &frame) {
  int64_t count = getCount();
  const Tensor &input = frame.rows(getInput());
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  if (failed(takeRows(*this, frame.space(getInput()), input, count, count, std::nullopt, result)))
    return failure();
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ConcatenateRowsOp::interpret(Frame &frame) {
  const SequenceSpace &from = frame.space(getFirst()), &behind = frame.space(getSecond());
  const Tensor &first = frame.rows(getFirst()), &second = frame.rows(getSecond());
  Tensor result({frame.space(getResult()).rowCount(), first.width()});
  int64_t row = 0, rowOfFirst = 0, rowOfSecond = 0;
  for (size_t sequence = 0; sequence < behind.lengths.size(); ++sequence) {
    if (from.lengths[sequence] != int64_t(getCount()))
      return emitOpError() << "expects " << getCount() << " rows of the first in each sequence, "
                           << "but got " << from.lengths[sequence];
    for (int64_t i = 0; i < from.lengths[sequence]; ++i)
      std::ranges::copy(first.row(rowOfFirst++), result.row(row++).begin());
    for (int64_t i = 0; i < behind.lengths[sequence]; ++i)
      std::ranges::copy(second.row(rowOfSecond++), result.row(row++).begin());
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult PrependMeanOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &input = frame.rows(getInput());
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  int64_t row = 0, from = 0;
  for (int64_t length : space.lengths) {
    const int64_t mean = row++;
    for (int64_t i = 0; i < length; ++i, ++from) {
      for (int64_t c = 0; c < input.width(); ++c)
        result.row(mean)[c] += input.row(from)[c] / double(length);
      std::ranges::copy(input.row(from), result.row(row++).begin());
    }
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ChannelAttentionOp::interpret(Frame &frame) {
  const Tensor &query = frame.rows(getQuery()), &key = frame.rows(getKey());
  const Tensor &value = frame.rows(getValue());
  const int64_t size = query.width() / int64_t(getGroupCount());
  Tensor result({query.rowCount(), query.width()});
  int64_t begin = 0;
  for (int64_t length : frame.space(getQuery()).lengths) {
    const double scale = 1 / std::sqrt(double(length));
    for (int64_t i = 0; i < query.width(); ++i) {
      const int64_t group = i / size * size;
      std::vector<double> weights;
      for (int64_t j = group; j < group + size; ++j) {
        double score = 0;
        for (int64_t s = begin; s < begin + length; ++s)
          score += query.row(s)[i] * key.row(s)[j];
        weights.push_back(score * scale);
      }
      const double largest = *std::ranges::max_element(weights);
      double total = 0;
      for (double &weight : weights)
        total += weight = std::exp(weight - largest);
      for (int64_t t = begin; t < begin + length; ++t)
        for (int64_t j = 0; j < size; ++j)
          result.row(t)[i] += weights[j] / total * value.row(t)[group + j];
    }
    begin += length;
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}
