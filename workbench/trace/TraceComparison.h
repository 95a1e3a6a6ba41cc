// SPDX-License-Identifier: Apache-2.0
//
// Compares a trace with another one, or with what an original implementation recorded, value by
// value in the order of computation: the first that deviates is where to look.

#ifndef TRANSEPT_WORKBENCH_TRACE_TRACECOMPARISON_H
#define TRANSEPT_WORKBENCH_TRACE_TRACECOMPARISON_H

#include "workbench/trace/TraceFile.h"

#include <optional>
#include <string>
#include <vector>

namespace transept::workbench {

/// How far one value is from what was expected.
struct ValueDifference {
  std::string name;
  std::string expectedName; // where it was recorded under another one
  int64_t rows = 0, width = 0;
  double largestError = 0, relativeError = 0; // relative to the largest expected magnitude
  double tolerance = 0;                       // of relativeError
  /// Where the error is largest, and the two numbers there.
  int64_t row = 0, column = 0;
  double expected = 0, actual = 0;
  std::string problem = {}; // shapes that differ; then nothing was compared

  /// False for NaN too.
  bool passes() const { return problem.empty() && relativeError <= tolerance; }
};

struct TraceDifference {
  std::vector<ValueDifference> values; // compared ones, in order
  std::vector<std::string> missing;    // names on one side only
  const ValueDifference *first() const;
};

/// `tolerance` overrides what the traces themselves say of their number types.
TraceDifference compareTraces(const Trace &expected, const Trace &actual,
                              std::optional<double> tolerance);

/// The recorded outputs of the case that `actual` was traced from, as values under the names that
/// they have in the trace.
Trace readRecordedStates(const std::string &goldens, const std::string &goldenCase,
                         const Trace &actual);

} // namespace transept::workbench

#endif
