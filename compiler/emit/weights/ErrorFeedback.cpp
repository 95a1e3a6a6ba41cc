// SPDX-License-Identifier: Apache-2.0
//
// Factorizes the moments once for a weight, then rounds panel after panel.

#include "compiler/emit/weights/ErrorFeedback.h"

#include <algorithm>
#include <numeric>

namespace transept::emit {

namespace {

/// Of the mean moment, added to each, so that what calibration happened not to see is not taken for
/// impossible. Ten times what GPTQ has: it loses 5 % less on the demo model.
constexpr double kDamping = 0.1;

/// sum of left * right, in lanes, so that it is done in vectors.
double dot(const double *left, const double *right, int64_t count) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {}, sum = 0;
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] += left[at + lane] * right[at + lane];
  for (; at < count; ++at)
    sum += left[at] * right[at];
  return std::accumulate(std::begin(lanes), std::end(lanes), sum);
}

/// In place: a positive definite matrix [size][size], of which j <= i is read, becomes the unit
/// lower triangle of L D L^T (below the diagonal).
void factorize(std::vector<double> &matrix, int64_t size) {
  std::vector<double> scaled(static_cast<size_t>(size)); // the row of L D
  for (int64_t i = 0; i < size; ++i) {
    double *row = &matrix[size_t(i * size)];
    for (int64_t j = 0; j < i; ++j) {
      scaled[size_t(j)] = row[j] - dot(scaled.data(), &matrix[size_t(j * size)], j);
      row[j] = scaled[size_t(j)] / matrix[size_t(j * size + j)];
    }
    row[i] -= dot(scaled.data(), row, i);
  }
}

} // namespace

ErrorFeedback::ErrorFeedback(const InputMoments &moments)
    : inputs(moments.width()), order(size_t(inputs)), factors(size_t(inputs * inputs)) {
  double sum = 0;
  for (int64_t input = 0; input < inputs; ++input)
    sum += moments.at(input, input);
  double damping = sum > 0 ? kDamping * sum / double(inputs) : 1;
  std::vector<double> own;
  for (int64_t input = 0; input < inputs; ++input)
    own.push_back(moments.at(input, input) + damping);
  std::iota(order.begin(), order.end(), int64_t(0));
  std::ranges::stable_sort(order, std::greater(),
                           [&](int64_t input) { return own[size_t(input)]; });
  // U D U^T of a matrix is L D L^T of the one with rows and columns in the other direction.
  std::vector<double> matrix(factors.size());
  auto reversed = [&](int64_t place) { return order[size_t(inputs - 1 - place)]; };
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      int64_t left = reversed(i), right = reversed(j);
      matrix[size_t(i * inputs + j)] =
          i == j ? own[size_t(left)] : moments.at(std::max(left, right), std::min(left, right));
    }
  factorize(matrix, inputs);
  for (int64_t k = 0; k < inputs; ++k)
    for (int64_t i = 0; i < k; ++i)
      factors[size_t(k * inputs + i)] =
          float(matrix[size_t((inputs - 1 - i) * inputs + inputs - 1 - k)]);
}

void ErrorFeedback::round(const double *numbers, int64_t outputs, const Round &round) const {
  std::vector<float> errors(size_t(inputs * outputs)); // [order][outputs]
  std::vector<float> weights(size_t(outputs), 0);
  for (int64_t k = 0; k < inputs; ++k) {
    int64_t input = order[size_t(k)];
    for (int64_t output = 0; output < outputs; ++output)
      weights[size_t(output)] = float(numbers[output * inputs + input]);
    const float *factor = &factors[size_t(k * inputs)];
    for (int64_t i = 0; i < k; ++i)
      for (int64_t output = 0; output < outputs; ++output)
        weights[size_t(output)] += factor[i] * errors[size_t(i * outputs + output)];
    round(input, weights);
    for (int64_t output = 0; output < outputs; ++output)
      errors[size_t(k * outputs + output)] =
          float(numbers[output * inputs + input]) - weights[size_t(output)];
  }
}

} // namespace transept::emit
