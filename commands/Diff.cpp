// SPDX-License-Identifier: Apache-2.0
//
// `transept diff`: the first value at which a run deviates from what is expected.

#include "base/Error.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/Streams.h"
#include "workbench/trace/TraceComparison.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace transept::commands {
namespace {

struct DiffOptions {
  std::string actual, expected, goldenCase;
  std::optional<double> tolerance;
  bool showsAll = false, isJson = false;
};

using Json = nlohmann::ordered_json;

Json jsonOf(const workbench::ValueDifference &value) {
  Json json = {{"name", value.name},
               {"rows", value.rows},
               {"width", value.width},
               {"largest_error", value.largestError},
               {"relative_error", value.relativeError},
               {"tolerance", value.tolerance},
               {"passes", value.passes()}};
  if (value.problem.empty())
    json.update({{"row", value.row},
                 {"column", value.column},
                 {"expected", value.expected},
                 {"actual", value.actual}});
  else
    json["problem"] = value.problem;
  return json;
}

std::string sentenceOf(const workbench::ValueDifference &value) {
  if (!value.problem.empty())
    return fmt::format("{} {}", value.name, value.problem);
  return fmt::format("{}: row {}, column {} is {:.8g}, expected is {:.8g}; that is {:.2g} of the "
                     "largest magnitude, allowed is {:.2g}",
                     value.name, value.row, value.column, value.actual, value.expected,
                     value.relativeError, value.tolerance);
}

void printText(const workbench::TraceDifference &difference, bool showsAll) {
  size_t deviating = 0;
  for (const workbench::ValueDifference &value : difference.values) {
    deviating += !value.passes();
    if (showsAll)
      printEscaped("{}  {:<64} {:>5} x {:<6} {:.2g}\n", value.passes() ? "ok    " : "DIFFER",
                   value.name, value.rows, value.width, value.relativeError);
  }
  printEscaped("{} of {} values agree", difference.values.size() - deviating,
               difference.values.size());
  if (!difference.missing.empty())
    printEscaped(
        "; not in the trace, because they were fused into others or are not of this model: "
        "{}",
        fmt::join(difference.missing, ", "));
  printEscaped("\n");
  if (const workbench::ValueDifference *first = difference.first())
    printEscaped("the first that deviates is {}\n", sentenceOf(*first));
}

void diff(const DiffOptions &options) {
  workbench::Trace actual = workbench::readTrace(options.actual);
  workbench::Trace expected =
      std::filesystem::is_directory(options.expected)
          ? workbench::readRecordedStates(options.expected, options.goldenCase, actual)
          : workbench::readTrace(options.expected);
  workbench::TraceDifference difference =
      workbench::compareTraces(expected, actual, options.tolerance);
  if (difference.values.empty())
    throw InputError(
        fmt::format("{} and {} have no value of the same name", options.actual, options.expected));
  const workbench::ValueDifference *first = difference.first();
  if (options.isJson) {
    Json values = Json::array();
    for (const workbench::ValueDifference &value : difference.values)
      values.push_back(jsonOf(value));
    Json json = {{"agree", !first}, {"missing", difference.missing}, {"values", values}};
    json["first"] = first ? jsonOf(*first) : Json();
    printJson(json);
  } else {
    printText(difference, options.showsAll);
  }
  if (first)
    throw ExitStatus{1};
}

} // namespace

void addDiffCommand(CLI::App &program) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App *command = program.add_subcommand(
      "diff", "compare a trace with another, or with recorded hidden states, and name the first "
              "value that deviates");
  command->add_option("TRACE", options->actual, "what `transept trace` wrote")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("EXPECTED", options->expected,
                   "another trace, any safetensors file with values of the same names, or the "
                   "directory of goldens that the trace's inputs are from")
      ->type_name("FILE")
      ->required();
  command->add_option("--case", options->goldenCase, "of the goldens [that of the trace]");
  command
      ->add_option("--tolerance", options->tolerance,
                   "largest error allowed, as a share of a value's largest magnitude [what the "
                   "number types of the traces explain]")
      ->check(notNegative());
  command->add_flag("--all", options->showsAll, "a line for every value");
  command->add_flag("--json", options->isJson, "print one JSON object with all values");
  command->callback([options] { diff(*options); });
}

} // namespace transept::commands
