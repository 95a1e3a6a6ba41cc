// SPDX-License-Identifier: Apache-2.0
//
// Finds where two runs of a model lie apart.

#include "compiler/pipeline/OutputDifference.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace transept {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Infinite where one is not a number.
double distance(double expected, double found) {
  double difference = std::abs(expected - found);
  return std::isfinite(difference) ? difference : infinity;
}

double ratio(double distance, double magnitude) {
  return distance == 0 || std::isinf(distance) ? distance : distance / magnitude;
}

double largestMagnitude(const ModelResult &result) {
  double magnitude = 0;
  for (const Tensor &sequence : result.sequences)
    for (double value : sequence.values)
      magnitude = std::max(magnitude, std::abs(value));
  return magnitude;
}

bool haveSameShapes(const ModelResult &expected, const ModelResult &found) {
  return std::ranges::equal(expected.sequences, found.sequences, {}, &Tensor::shape,
                            &Tensor::shape);
}

std::vector<int64_t> indicesOf(size_t place, const std::vector<int64_t> &shape) {
  std::vector<int64_t> indices(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    indices[i] = int64_t(place) % shape[i];
    place /= shape[i];
  }
  return indices;
}

std::optional<OutputDifference> compareResult(const ModelResult &expected, const ModelResult &found,
                                              double tolerance) {
  if (!haveSameShapes(expected, found))
    return OutputDifference{.relative = infinity};
  OutputDifference difference;
  double magnitude = largestMagnitude(expected);
  for (size_t sequence = 0; sequence < expected.sequences.size(); ++sequence) {
    const Tensor &want = expected.sequences[sequence], &got = found.sequences[sequence];
    for (size_t place = 0; place < want.values.size(); ++place) {
      double relative = ratio(distance(want.values[place], got.values[place]), magnitude);
      if (relative <= tolerance)
        continue;
      DifferentElement element{sequence, indicesOf(place, want.shape), want.values[place],
                               got.values[place]};
      if (!difference.first)
        difference.first = element;
      if (relative > difference.relative) {
        difference.relative = relative;
        difference.worst = element;
      }
    }
  }
  return difference.first ? std::optional(difference) : std::nullopt;
}

} // namespace

double relativeDifference(const ModelResult &expected, const ModelResult &found) {
  if (!haveSameShapes(expected, found))
    return infinity;
  double difference = 0;
  for (auto [want, got] : llvm::zip_equal(expected.sequences, found.sequences))
    for (auto [a, b] : llvm::zip_equal(want.values, got.values))
      difference = std::max(difference, distance(a, b));
  return ratio(difference, largestMagnitude(expected));
}

std::string DifferentElement::describe() const {
  static constexpr const char *rowNames[] = {"row", "column"};
  static constexpr const char *weightNames[] = {"head", "query", "key"};
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "sequence " << sequence;
  for (size_t i = 0; i < indices.size(); ++i)
    stream << ", " << (indices.size() == 3 ? weightNames[i] : rowNames[i]) << " " << indices[i];
  stream << ": expected " << llvm::format("%.9g", expected) << ", found "
         << llvm::format("%.9g", found);
  return text;
}

std::optional<OutputDifference> findDifference(llvm::ArrayRef<ModelResult> expected,
                                               llvm::ArrayRef<ModelResult> found,
                                               double tolerance) {
  for (size_t i = 0; i < std::max(expected.size(), found.size()); ++i) {
    std::optional<OutputDifference> difference = OutputDifference{.relative = infinity};
    if (i < expected.size() && i < found.size())
      difference = compareResult(expected[i], found[i], tolerance);
    if (!difference)
      continue;
    difference->result = i;
    return difference;
  }
  return std::nullopt;
}

} // namespace transept
