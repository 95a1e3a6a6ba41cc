// SPDX-License-Identifier: Apache-2.0
//
// How far two runs of a model lie apart, and in which element: what a verification reports.

#ifndef TRANSEPT_COMPILER_PIPELINE_OUTPUTDIFFERENCE_H
#define TRANSEPT_COMPILER_PIPELINE_OUTPUTDIFFERENCE_H

#include "dialects/Transept/interpreter/RunModel.h"
#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>
#include <vector>

namespace transept {

/// The largest difference relative to the largest expected magnitude; infinite if the two have
/// different shapes or something is not a number.
double relativeDifference(const ModelResult &expected, const ModelResult &found);

/// An element of a result in both runs.
struct DifferentElement {
  size_t sequence = 0;
  /// Row and column; or head, query and key.
  std::vector<int64_t> indices;
  double expected = 0, found = 0;

  /// "sequence 1, row 3, column 17: expected 0.25, found 0.5"
  std::string describe() const;
};

struct OutputDifference {
  /// Which of the model's results.
  size_t result = 0;
  /// Relative to the largest magnitude expected in that result.
  double relative = 0;
  /// None where shapes differ.
  std::optional<DifferentElement> first = {}, worst = {};
};

/// The first result of a model that differs by more than `tolerance`.
std::optional<OutputDifference> findDifference(llvm::ArrayRef<ModelResult> expected,
                                               llvm::ArrayRef<ModelResult> found, double tolerance);

} // namespace transept

#endif
