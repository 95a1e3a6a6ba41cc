// SPDX-License-Identifier: Apache-2.0
//
// How far a model's outputs are from recorded ones: tensors by a share of their largest magnitude
// that the caller allows, scores by 1e-4, ids by being the same.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_COMPARISON_H
#define TRANSEPT_WORKBENCH_GOLDENS_COMPARISON_H

#include "transept/options.h"

#include <span>
#include <string>

namespace transept::workbench {

/// How far the numbers of one output are from the recorded ones.
struct Comparison {
  std::string output;
  double largestError = 0;
  /// largestError / the largest magnitude that was expected.
  double relativeError = 0;
  double tolerance = 0; // of largestError

  /// False for NaN too.
  bool passes() const { return largestError <= tolerance; }
};

/// States, logits or attention weights; `tolerance` is a share of the largest expected magnitude.
/// Throws InputError when there are more numbers on one side.
Comparison compareTensors(const std::string &output, std::span<const float> expected,
                          std::span<const float> actual, double tolerance);

/// Scores of sequences, with a tolerance relative to scores larger than 1.
Comparison compareScores(std::span<const float> expected, std::span<const Sequence> sequences);

/// Where two sequences differ, in words; empty when they are equal but for padding at their ends.
std::string differenceOf(std::span<const Id> expected, std::span<const Id> actual, Id padding);

/// How many ids are the same at the same position, of the longer sequence without its padding.
struct IdCounts {
  size_t equal = 0, all = 0;
};
IdCounts countEqualIds(std::span<const Id> expected, std::span<const Id> actual, Id padding);

} // namespace transept::workbench

#endif
