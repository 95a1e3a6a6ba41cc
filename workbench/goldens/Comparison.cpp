// SPDX-License-Identifier: Apache-2.0
//
// NaN anywhere is an infinite error.

#include "workbench/goldens/Comparison.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::workbench {

namespace {

constexpr double kScoreTolerance = 1e-4;

double errorOf(float expected, float actual) {
  if (expected == actual)
    return 0; // infinities, too
  double error = std::fabs(double(expected) - double(actual));
  return std::isnan(error) ? INFINITY : error;
}

std::span<const Id> withoutPadding(std::span<const Id> ids, Id padding) {
  while (ids.size() > 1 && ids.back() == padding)
    ids = ids.first(ids.size() - 1);
  return ids;
}

} // namespace

Comparison compareTensors(const std::string &output, std::span<const float> expected,
                          std::span<const float> actual, double tolerance) {
  if (expected.size() != actual.size())
    throw InputError(fmt::format("{} has {} numbers, but the model gives {}", output,
                                 expected.size(), actual.size()));
  Comparison comparison{.output = output};
  double magnitude = 0;
  for (size_t index = 0; index < expected.size(); ++index) {
    if (std::isfinite(expected[index]))
      magnitude = std::max(magnitude, std::fabs(double(expected[index])));
    comparison.largestError =
        std::max(comparison.largestError, errorOf(expected[index], actual[index]));
  }
  comparison.relativeError = magnitude == 0 ? 0 : comparison.largestError / magnitude;
  comparison.tolerance = tolerance * magnitude;
  return comparison;
}

Comparison compareScores(std::span<const float> expected, std::span<const Sequence> sequences) {
  if (expected.size() != sequences.size())
    throw InputError(
        fmt::format("expects {} scores, but got {}", expected.size(), sequences.size()));
  Comparison comparison{.output = "sequences_scores", .tolerance = kScoreTolerance};
  double worst = -1; // error as a share of what is allowed
  for (size_t row = 0; row < sequences.size(); ++row) {
    double magnitude = std::isfinite(expected[row]) ? std::fabs(double(expected[row])) : 0;
    double error = errorOf(expected[row], sequences[row].score);
    double tolerance = kScoreTolerance * std::max(1.0, magnitude);
    if (error / tolerance <= worst)
      continue;
    worst = error / tolerance;
    comparison.largestError = error;
    comparison.relativeError = magnitude == 0 ? 0 : error / magnitude;
    comparison.tolerance = tolerance;
  }
  return comparison;
}

std::string differenceOf(std::span<const Id> expected, std::span<const Id> actual, Id padding) {
  expected = withoutPadding(expected, padding);
  actual = withoutPadding(actual, padding);
  if (std::ranges::equal(expected, actual))
    return "";
  auto at = size_t(std::ranges::mismatch(expected, actual).in1 - expected.begin());
  auto idAt = [at](std::span<const Id> ids) {
    return at < ids.size() ? std::to_string(ids[at]) : std::string("the end");
  };
  return fmt::format("at position {}: expects {}, but got {}", at, idAt(expected), idAt(actual));
}

IdCounts countEqualIds(std::span<const Id> expected, std::span<const Id> actual, Id padding) {
  expected = withoutPadding(expected, padding);
  actual = withoutPadding(actual, padding);
  IdCounts counts{.all = std::max(expected.size(), actual.size())};
  for (size_t at = 0; at < std::min(expected.size(), actual.size()); ++at)
    counts.equal += expected[at] == actual[at];
  return counts;
}

} // namespace transept::workbench
