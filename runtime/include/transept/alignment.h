// SPDX-License-Identifier: Apache-2.0
//
// When each token of a transcript is said: the weights of those cross-attention heads that follow
// the sound, aligned with time by dynamic time warping. After transformers 4.44,
// _extract_token_timestamps of its speech models.
#ifndef TRANSEPT_ALIGNMENT_H
#define TRANSEPT_ALIGNMENT_H

#include "transept/detail/CrossAttentionHeads.h"
#include "transept/speech.h"

#include <cmath>
#include <limits>

namespace transept {

/// Numbers [rows, columns], one row after another.
struct AlignmentMatrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values = std::vector<double>(rows * columns);

  double &at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

/// Makes each column's mean 0 and its standard deviation 1 (a constant column becomes 0): what
/// every token attends to says nothing about time.
inline void normalizeColumns(AlignmentMatrix &matrix) {
  for (std::size_t column = 0; column < matrix.columns; ++column) {
    double mean = 0, variance = 0;
    auto count = double(matrix.rows);
    for (std::size_t row = 0; row < matrix.rows; ++row)
      mean += matrix.at(row, column) / count;
    for (std::size_t row = 0; row < matrix.rows; ++row)
      variance += (matrix.at(row, column) - mean) * (matrix.at(row, column) - mean) / count;
    double deviation = std::sqrt(variance);
    for (std::size_t row = 0; row < matrix.rows; ++row)
      matrix.at(row, column) = deviation > 0 ? (matrix.at(row, column) - mean) / deviation : 0;
  }
}

/// Replaces each number by the median of the `width` (odd) around it in its row; rows continue
/// mirrored at their ends. Rows that are too short to be mirrored stay.
inline void filterByMedian(AlignmentMatrix &matrix, std::size_t width) {
  const std::size_t half = width / 2, count = matrix.columns;
  if (count <= half)
    return;
  std::vector<double> row(count + 2 * half), window;
  for (std::size_t index = 0; index < matrix.rows; ++index) {
    double *values = matrix.values.data() + index * count;
    std::copy_n(values, count, row.begin() + std::ptrdiff_t(half));
    for (std::size_t at = 1; at <= half; ++at) {
      row[half - at] = values[at];
      row[half + count - 1 + at] = values[count - 1 - at];
    }
    for (std::size_t at = 0; at < count; ++at) {
      auto first = row.begin() + std::ptrdiff_t(at);
      window.assign(first, first + std::ptrdiff_t(width));
      auto middle = window.begin() + std::ptrdiff_t(half);
      std::nth_element(window.begin(), middle, window.end());
      values[at] = *middle;
    }
  }
}

/// The cheapest way through a matrix of costs from its first to its last number, by steps of one
/// row, one column, or both (preferred last); returns the column where it enters each row.
inline std::vector<std::size_t> warpTime(const AlignmentMatrix &costs) {
  enum Step : std::uint8_t { Both, Row, Column };
  if (costs.rows == 0 || costs.columns == 0)
    return std::vector<std::size_t>(costs.rows, 0);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::size_t columns = costs.columns;
  std::vector<double> before(columns + 1, infinity), sums(columns + 1);
  std::vector<Step> steps(costs.rows * columns);
  before[0] = 0;
  for (std::size_t row = 0; row < costs.rows; ++row) {
    sums[0] = infinity;
    for (std::size_t column = 0; column < columns; ++column) {
      const double both = before[column], up = before[column + 1], left = sums[column];
      Step step = both < up && both < left ? Both : up < left ? Row : Column;
      steps[row * columns + column] = step;
      sums[column + 1] = costs.at(row, column) + (step == Both ? both : step == Row ? up : left);
    }
    before.swap(sums);
  }
  std::vector<std::size_t> entered(costs.rows);
  for (std::size_t row = costs.rows - 1, column = columns - 1;;) {
    entered[row] = column;
    Step step = steps[row * columns + column];
    if (row == 0 && column == 0)
      return entered;
    row -= step != Column;
    column -= step != Row;
  }
}

namespace detail {

/// The model's list of heads; all heads of the last half of the layers where it has none.
inline std::vector<transept_alignment_head> alignmentHeads(const Model &model) {
  const transept_speech_defaults &speech = speechOf(model);
  if (speech.alignment_head_count != 0)
    return {speech.alignment_heads, speech.alignment_heads + speech.alignment_head_count};
  std::vector<transept_alignment_head> heads;
  const std::size_t count = model.crossAttentionCount();
  for (std::size_t number = count / 2; number < count; ++number)
    for (std::uint32_t head = 0; head != crossAttentionHeads(model.table(), number); ++head)
      heads.push_back({std::uint32_t(number), head});
  return heads;
}

/// The heads' weights [rows, frames], each normalized and smoothed, averaged.
inline AlignmentMatrix alignmentWeights(const Model &model, const Source &source,
                                        std::span<const Id> ids, std::size_t frames) {
  std::vector<transept_alignment_head> heads = alignmentHeads(model);
  std::vector<std::size_t> layers;
  for (const transept_alignment_head &head : heads)
    if (std::find(layers.begin(), layers.end(), head.cross_attention) == layers.end())
      layers.push_back(head.cross_attention);
  std::vector<AttentionWeights> weights = model.crossAttention(source, ids, layers);
  AlignmentMatrix mean{ids.size(), frames};
  for (const transept_alignment_head &head : heads) {
    auto layer = std::find(layers.begin(), layers.end(), head.cross_attention) - layers.begin();
    AlignmentMatrix each{ids.size(), frames};
    for (std::size_t row = 0; row < each.rows; ++row)
      std::copy_n(weights[std::size_t(layer)](head.head, row).begin(), frames,
                  each.values.begin() + std::ptrdiff_t(row * frames));
    normalizeColumns(each);
    filterByMedian(each, speechOf(model).median_filter_width);
    for (std::size_t at = 0; at < mean.values.size(); ++at)
      mean.values[at] += each.values[at] / double(heads.size());
  }
  return mean;
}

} // namespace detail

/// The second at which each of the ids begins, 0 for the first one (which is given). `ids` is a
/// whole sequence: Transcript::sequence. `seconds` is how much of the source is sound and not
/// padding; by default all of it.
inline std::vector<double> tokenTimes(const Model &model, const Source &source,
                                      std::span<const Id> ids,
                                      double seconds = std::numeric_limits<double>::infinity()) {
  std::vector<double> times(ids.size(), 0.0);
  if (ids.size() < 2)
    return times;
  double wanted = std::floor(std::max(0.0, seconds) / secondsPerTimestamp + 1e-6);
  auto frames = std::size_t(std::min(wanted, double(source.length())));
  // The weights of a row tell where the next token is.
  AlignmentMatrix costs =
      detail::alignmentWeights(model, source, ids.first(ids.size() - 1), frames);
  for (double &value : costs.values)
    value = -value;
  std::vector<std::size_t> entered = warpTime(costs);
  for (std::size_t row = 0; row < entered.size(); ++row)
    times[row + 1] = double(entered[row]) * secondsPerTimestamp;
  return times;
}

} // namespace transept

#endif
