// SPDX-License-Identifier: Apache-2.0
//
// `transept verify`: a library against recorded outputs of the original model.

#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LevelFlag.h"
#include "commands/Streams.h"
#include "workbench/goldens/GoldenChecks.h"

#include <fmt/format.h>

#include <set>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

struct VerifyOptions {
  std::string library, goldens, level;
  unsigned threads = 0;
  bool isJson = false;
};

std::string sentenceOf(const workbench::CaseResult &result) {
  std::string text;
  auto add = [&text](const std::string &part) { text += (text.empty() ? "" : ", ") + part; };
  if (result.ids)
    add(result.ids->equal == result.ids->all
            ? "ids equal"
            : fmt::format("{} of {} ids equal", result.ids->equal, result.ids->all));
  for (const workbench::Comparison &comparison : result.comparisons)
    add(fmt::format("{} off by {:.1e} (relative {:.1e}, allowed {:.1e})", comparison.output,
                    comparison.largestError, comparison.relativeError, comparison.tolerance));
  if (result.sameBitsAlone.value_or(false))
    add("same bits alone");
  return text;
}

Json jsonOf(const workbench::CaseResult &result) {
  Json comparisons = Json::array();
  for (const workbench::Comparison &comparison : result.comparisons)
    comparisons.push_back({{"output", comparison.output},
                           {"largest_absolute_error", comparison.largestError},
                           {"largest_relative_error", comparison.relativeError},
                           {"absolute_tolerance", comparison.tolerance},
                           {"passed", comparison.passes()}});
  Json object = {{"name", result.name},
                 {"kind", result.kind},
                 {"passed", result.passes()},
                 {"comparisons", comparisons}};
  if (result.ids) {
    object["ids_equal"] = result.ids->equal == result.ids->all;
    object["equal_id_count"] = result.ids->equal;
    object["id_count"] = result.ids->all;
  }
  if (result.sameBitsAlone)
    object["same_bits_alone"] = *result.sameBitsAlone;
  object["not_compared"] = result.notCompared;
  if (!result.passes())
    object["failure"] = result.failure;
  return object;
}

/// "cross_attentions.1" and "cross_attentions.0" are one kind of output.
std::string notComparedKinds(const std::vector<workbench::CaseResult> &results) {
  std::set<std::string> kinds;
  for (const workbench::CaseResult &result : results)
    for (const std::string &name : result.notCompared)
      kinds.insert(name.substr(0, name.find('.')));
  return fmt::format("{}", fmt::join(kinds, ", "));
}

workbench::IdCounts allIds(const std::vector<workbench::CaseResult> &results) {
  workbench::IdCounts all;
  for (const workbench::CaseResult &result : results)
    if (result.ids) {
      all.equal += result.ids->equal;
      all.all += result.ids->all;
    }
  return all;
}

void printText(const std::vector<workbench::CaseResult> &results,
               const workbench::Tolerances &tolerances, size_t failureCount) {
  size_t width = 0;
  for (const workbench::CaseResult &result : results)
    width = std::max(width, result.name.size());
  for (const workbench::CaseResult &result : results) {
    printEscaped("{:<{}}  {}  {}\n", result.name, width, result.passes() ? "ok    " : "FAILED",
                 sentenceOf(result));
    if (!result.passes())
      printEscaped("{:<{}}          {}\n", "", width, result.failure);
  }
  if (std::string kinds = notComparedKinds(results); !kinds.empty())
    printEscaped("not compared (a library does not give them out): {}\n", kinds);
  if (workbench::IdCounts ids = allIds(results); !tolerances.expectsIds() && ids.all != 0)
    printEscaped("{} of {} generated ids equal (with {} weights and {} caches, ids fail no case, "
                 "only states, "
                 "logits, attention weights and bits do)\n",
                 ids.equal, ids.all, tolerances.weights, tolerances.caches);
  printEscaped("{} of {} cases passed\n", results.size() - failureCount, results.size());
}

void verify(const VerifyOptions &options) {
  workbench::Goldens goldens = workbench::Goldens::read(options.goldens);
  // No source is kept: rows that are run again must be computed again.
  Model model =
      Model::open(options.library,
                  {.threads = options.threads, .encoderCacheBytes = 0, .level = options.level});
  workbench::Tolerances tolerances = workbench::tolerancesOf(model);
  std::vector<workbench::CaseResult> results;
  size_t failureCount = 0;
  for (const workbench::GoldenCase &golden : goldens.cases()) {
    results.push_back(workbench::checkCase(model, goldens, tolerances, golden));
    failureCount += !results.back().passes();
  }
  if (options.isJson) {
    Json cases = Json::array();
    for (const workbench::CaseResult &result : results)
      cases.push_back(jsonOf(result));
    Json object = {{"library", options.library},
                   {"goldens", options.goldens},
                   {"weights", tolerances.weights},
                   {"caches", tolerances.caches},
                   {"threads", model.statistics().workers},
                   {"level", model.level().name},
                   {"passed", results.size() - failureCount},
                   {"failed", failureCount},
                   {"cases", cases}};
    printJson(object);
  } else {
    printText(results, tolerances, failureCount);
  }
  if (failureCount != 0)
    throw ExitStatus{1};
}

} // namespace

void addVerifyCommand(CLI::App &program) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App *command = program.add_subcommand(
      "verify", "compare a library with recorded outputs of the original model");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  command
      ->add_option("GOLDENS", options->goldens,
                   "a directory with goldens.json and goldens.safetensors; every case is run. "
                   "States and logits may be off by 2e-4 of their largest magnitude, scores by "
                   "1e-4; ids must be equal; each row of a batch must give the same bits alone. "
                   "Of a library with other numbers than f32, states and logits may be off by "
                   "what their rounding explains, and equal ids are counted only")
      ->required();
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(between(1, 1024));
  addLevelFlag(command, options->level);
  command->add_flag("--json", options->isJson, "print one JSON object with all results");
  command->callback([options] { verify(*options); });
}

} // namespace transept::commands
