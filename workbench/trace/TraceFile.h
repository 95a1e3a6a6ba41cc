// SPDX-License-Identifier: Apache-2.0
//
// The named values of one run of a model, in a safetensors file that other programs read as well.

#ifndef TRANSEPT_WORKBENCH_TRACE_TRACEFILE_H
#define TRANSEPT_WORKBENCH_TRACE_TRACEFILE_H

#include "base/OutputFile.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace transept::workbench {

struct TracedValue {
  std::string name;
  int64_t width = 0;
  std::vector<float> rows = {}; // [rows, width], of all sources one after another
  int64_t rowCount() const { return width == 0 ? 0 : int64_t(rows.size()) / width; }
};

/// Token ids; `diff` leaves them out, because ids of equal scores differ without meaning.
struct TracedIds {
  std::string name;
  int64_t width = 0;
  std::vector<int32_t> rows = {}; // [rows, width]
};

/// What the search over the vocabulary gave for one row of logits.
struct SearchedRow {
  int64_t row = 0; // of the trace's logits
  std::vector<int32_t> ids = {};
  std::vector<float> logits = {}; // of `ids`, best first
  float logSumExp = 0;
  std::vector<int32_t> excludedIds = {};
  std::vector<float> excludedLogits = {};
};

struct Trace {
  /// What was run, and how: model, weights, level, ids, ...
  std::map<std::string, std::string> facts;
  std::vector<TracedValue> values; // in the order in which they were computed
  std::vector<TracedIds> ids = {};
  std::vector<SearchedRow> searched = {}; // not in the file, whose values and ids have them

  const TracedValue *find(const std::string &name) const;
};

/// Writes the whole file, which the caller finishes. Throws InputError where that cannot be.
void writeTrace(const Trace &trace, OutputFile &file);

/// Any safetensors file whose tensors have one or two dimensions of floats, or more that are read
/// as rows of the last one; others are left out. Throws InputError where it is not complete.
Trace readTrace(const std::string &path);

} // namespace transept::workbench

#endif
