// SPDX-License-Identifier: Apache-2.0
//
// Errors are relative to the largest expected magnitude of a value, as everywhere.

#include "workbench/trace/TraceComparison.h"
#include "base/Error.h"

#include "checkpoints/Checkpoint.h"
#include "workbench/goldens/Goldens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace transept::workbench {
namespace {

std::string factOf(const Trace &trace, const std::string &name) {
  auto found = trace.facts.find(name);
  return found == trace.facts.end() ? "" : found->second;
}

/// What a trace says of itself; exact numbers where it says nothing.
double toleranceOf(const Trace &trace, const std::string &name) {
  std::string side = name.starts_with("encoder") ? "encoder" : "decoder";
  std::string text = factOf(trace, "tolerance_of_" + side);
  if (text.empty()) {
    constexpr double kExact = 2e-4;
    return kExact;
  }
  double tolerance = 0;
  const char *end = text.data() + text.size();
  if (auto [read, problem] = std::from_chars(text.data(), end, tolerance);
      problem != std::errc() || read != end || !(tolerance >= 0))
    throw InputError(fmt::format("the trace's tolerance_of_{} is '{}', expected is a "
                                 "number from 0 on",
                                 side, text));
  return tolerance;
}

ValueDifference compare(const TracedValue &expected, const TracedValue &actual) {
  ValueDifference difference{.name = actual.name,
                             .expectedName = expected.name == actual.name ? "" : expected.name,
                             .rows = actual.rowCount(),
                             .width = actual.width};
  if (expected.rows.size() != actual.rows.size() || expected.width != actual.width) {
    difference.problem = fmt::format("has {} rows of {}, expected are {} of {}", actual.rowCount(),
                                     actual.width, expected.rowCount(), expected.width);
    return difference;
  }
  double magnitude = 0;
  for (float number : expected.rows)
    if (std::isfinite(number))
      magnitude = std::max(magnitude, std::abs(double(number)));
  size_t worst = 0;
  for (size_t index = 0; index < actual.rows.size(); ++index) {
    // Equal infinities are no error: a list of candidates ends with them.
    double error = actual.rows[index] == expected.rows[index]
                       ? 0
                       : std::abs(double(actual.rows[index]) - double(expected.rows[index]));
    if (!(error <= difference.largestError)) {
      difference.largestError = error;
      worst = index;
      if (std::isnan(error))
        break;
    }
  }
  if (!actual.rows.empty()) {
    difference.row = int64_t(worst) / actual.width;
    difference.column = int64_t(worst) % actual.width;
    difference.expected = expected.rows[worst];
    difference.actual = actual.rows[worst];
  }
  difference.relativeError = difference.largestError == 0 ? 0 : difference.largestError / magnitude;
  return difference;
}

/// "0 1 2;0 1" as lists of numbers.
std::vector<std::vector<size_t>> columnsIn(const std::string &text) {
  std::vector<std::vector<size_t>> lists;
  std::istringstream sources(text);
  for (std::string source; std::getline(sources, source, ';');) {
    std::istringstream numbers(source);
    lists.emplace_back();
    for (size_t number; numbers >> number;)
      lists.back().push_back(number);
  }
  return lists;
}

/// [batch, columns, width] without the columns that are padding; all where `kept` is empty.
TracedValue withoutPadding(const std::string &name, const FloatTensor &tensor,
                           const std::vector<std::vector<size_t>> &kept) {
  if (tensor.shape.size() != 3)
    throw InputError(fmt::format("the recorded {} has shape {}, expected are three "
                                 "dimensions",
                                 name, checkpoints::formatShape(tensor.shape)));
  if (!kept.empty() && kept.size() != size_t(tensor.shape[0]))
    throw InputError(fmt::format("the trace has {} sources, the recorded {} has {}", kept.size(),
                                 name, tensor.shape[0]));
  auto columns = size_t(tensor.shape[1]), width = size_t(tensor.shape[2]);
  TracedValue value{.name = name, .width = int64_t(width)};
  for (size_t source = 0; source < size_t(tensor.shape[0]); ++source)
    for (size_t index = 0; index < (kept.empty() ? columns : kept[source].size()); ++index) {
      size_t column = kept.empty() ? index : kept[source][index];
      if (column >= columns)
        throw InputError(fmt::format("the recorded {} has {} columns, but the trace has "
                                     "column {}",
                                     name, columns, column));
      auto begin = tensor.values.begin() + std::ptrdiff_t((source * columns + column) * width);
      value.rows.insert(value.rows.end(), begin, begin + std::ptrdiff_t(width));
    }
  return value;
}

} // namespace

const ValueDifference *TraceDifference::first() const {
  for (const ValueDifference &value : values)
    if (!value.passes())
      return &value;
  return nullptr;
}

TraceDifference compareTraces(const Trace &expected, const Trace &actual,
                              std::optional<double> tolerance) {
  TraceDifference difference;
  for (const TracedValue &value : actual.values) {
    const TracedValue *wanted = expected.find(value.name);
    if (!wanted)
      continue;
    difference.values.push_back(compare(*wanted, value));
    difference.values.back().tolerance = tolerance.value_or(
        std::max(toleranceOf(expected, value.name), toleranceOf(actual, value.name)));
  }
  for (const TracedValue &value : expected.values)
    if (!actual.find(value.name))
      difference.missing.push_back(value.name);
  return difference;
}

Trace readRecordedStates(const std::string &directory, const std::string &goldenCase,
                         const Trace &actual) {
  Goldens goldens = Goldens::read(directory);
  std::string name = goldenCase.empty() ? factOf(actual, "case") : goldenCase;
  if (name.empty())
    throw InputError("the trace was not made from a case of goldens: trace with --goldens");
  auto found = std::ranges::find(goldens.cases(), name, &GoldenCase::name);
  if (found == goldens.cases().end())
    throw InputError(fmt::format("{} has no case '{}'", directory, name));
  std::vector<std::vector<size_t>> kept = columnsIn(factOf(actual, "source_columns"));
  Trace recorded;
  // The last state of some encoders is what comes out of them, of others what goes into their norm.
  std::string result = "encoder_last_hidden_state";
  std::vector<float> resultValues;
  if (auto tensor = found->outputs.find(result); tensor != found->outputs.end())
    resultValues = goldens.floats(tensor->second).values;
  for (const auto &[output, tensor] : found->outputs) {
    bool isOfEncoder = output.starts_with("encoder");
    std::string valueName = output == "logits" ? output : factOf(actual, output);
    if (!isOfEncoder && valueName.empty())
      continue;
    FloatTensor states = goldens.floats(tensor);
    if (isOfEncoder && states.values == resultValues)
      valueName = factOf(actual, result);
    if (!valueName.empty() && !recorded.find(valueName))
      recorded.values.push_back(withoutPadding(
          valueName, states, isOfEncoder ? kept : std::vector<std::vector<size_t>>()));
  }
  if (recorded.values.empty())
    throw InputError(fmt::format("case '{}' of {} recorded no states", name, directory));
  return recorded;
}

} // namespace transept::workbench
