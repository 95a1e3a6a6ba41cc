// SPDX-License-Identifier: Apache-2.0
//
// A trace of the library beside that of the reference.

#include "workbench/trace/LibraryVerification.h"
#include "base/Error.h"

#include "workbench/library/LibraryStory.h"
#include "workbench/trace/SearchRecorder.h"
#include "workbench/trace/TraceComparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace transept::workbench {
namespace {

/// Standard error that takes nothing is no reason to fail.
void warn(const std::string &message) {
  std::string line = "warning: " + message + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

class LibraryVerifier {
public:
  LibraryVerifier(const std::string &library, const ReferenceRun &reference)
      : library(library), reference(reference), story(readLibraryStory(library)) {}

  void verify(const std::string &level) {
    Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0, .level = level});
    Trace actual = recordTrace(model, story, inputsFor(model));
    // Numbers of f32 differ by their rounding alone, which is 1e-6 behind many layers.
    bool isExact = actual.facts.at("weights") == "f32" && actual.facts.at("cache") == "f32";
    TraceDifference difference =
        compareTraces(reference.values, actual, isExact ? std::optional(2e-5) : std::nullopt);
    if (difference.values.empty())
      throw InputError(fmt::format("{} computes no value that its plan names", library));
    if (const ValueDifference *wrong = difference.first())
      throw InputError(messageOf(whereErrorsBegin(difference, *wrong), difference, level));
    if (std::string problem = problemOfSearches(actual); !problem.empty())
      throw InputError(fmt::format("the code for {} is wrong: {}", level, problem) +
                       writersOf(problem.substr(0, problem.find(' ')), level) +
                       "\n  the logits agree; compile without --verify-passes for a library to "
                       "look at with `transept explain` and `transept trace`");
  }

private:
  /// A small fault may stay below what is allowed until later values magnify it: it began where
  /// errors grew most, if that is far beyond rounding.
  static const ValueDifference &whereErrorsBegin(const TraceDifference &difference,
                                                 const ValueDifference &wrong) {
    constexpr double kRounding = 1e-6, kFarBeyond = 5;
    const ValueDifference *begin = &wrong;
    double before = kRounding, largestGrowth = kFarBeyond;
    for (const ValueDifference &value : difference.values) {
      if (!value.problem.empty())
        break;
      double growth = value.relativeError / before;
      if (growth > largestGrowth) {
        largestGrowth = growth;
        begin = &value;
      }
      if (&value == &wrong)
        break;
      before = std::max(before, value.relativeError);
    }
    return *begin;
  }

  std::vector<TraceInput> inputsFor(const Model &model) const {
    std::vector<TraceInput> inputs = reference.inputs;
    for (TraceInput &input : inputs)
      if (!model.hasSource())
        input.ids.clear();
    return inputs;
  }

  std::string messageOf(const ValueDifference &wrong, const TraceDifference &difference,
                        const std::string &level) const {
    size_t before = size_t(&wrong - difference.values.data());
    std::string message = fmt::format(
        "the code for {} is wrong: {} is {:.8g} in row {}, column {}, but the interpreter gives "
        "{:.8g}; that is {:.1e} of the largest magnitude, allowed is {:.1e}",
        level, wrong.name, wrong.actual, wrong.row, wrong.column, wrong.expected,
        wrong.relativeError, wrong.tolerance);
    if (!wrong.problem.empty())
      message = fmt::format("the code for {} is wrong: {} {}", level, wrong.name, wrong.problem);
    message += writersOf(wrong.name, level);
    return message + fmt::format("\n  the {} values before it agree; compile without "
                                 "--verify-passes for a library to look at with `transept explain` "
                                 "and `transept trace`",
                                 before);
  }

  std::string writersOf(const std::string &value, const std::string &level) const {
    std::string text;
    for (const story::Program &program : story.programs) {
      if (program.level != level)
        continue;
      for (const story::Launch &launch : program.launches)
        if (writes(program, launch, value))
          text += fmt::format("\n  written by {} ({}), whose kernels are {}", launch.symbol,
                              launch.kind, kernelsOf(launch));
    }
    return text;
  }

  static bool writes(const story::Program &program, const story::Launch &launch,
                     const std::string &value) {
    // What leaves a program is in no buffer.
    static const std::map<std::string, std::vector<std::string>> results = {
        {"encoder_states", {"encode.emit_states"}},
        {"target_states", {"decode.emit_states"}},
        {"logits", {"decode.search"}},
        {"log_sum_exp", {"decode.search", "decode.merge_search"}},
        {"best_logits", {"decode.search", "decode.merge_search"}},
        {"best_ids", {"decode.search", "decode.merge_search"}},
        {"excluded_logits", {"decode.search"}}};
    if (auto found = results.find(value); found != results.end())
      return std::ranges::count(found->second, program.name + "." + launch.kind) != 0;
    if (value.starts_with("cross_attentions."))
      return launch.kind == "attend" && launch.keys == "source" &&
             crossAttentionNumber(program, launch) ==
                 std::atoi(value.c_str() + value.find('.') + 1);
    return std::ranges::any_of(launch.writes, [&](uint32_t buffer) {
      return program.buffers[buffer].name == value.substr(0, value.find('#'));
    });
  }

  static int crossAttentionNumber(const story::Program &program, const story::Launch &wanted) {
    int number = 0;
    for (const story::Launch &launch : program.launches) {
      if (&launch == &wanted)
        break;
      number += launch.kind == "attend" && launch.keys == "source";
    }
    return number;
  }

  std::string kernelsOf(const story::Launch &launch) const {
    std::vector<std::string> names;
    for (uint32_t kernel : launch.kernels)
      names.push_back(story.kernels[kernel].symbol);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  const std::string &library;
  const ReferenceRun &reference;
  story::Story story;
};

} // namespace

void verifyLibrary(const std::string &library, const std::vector<std::string> &levels,
                   const ReferenceRun &reference) {
  LibraryVerifier verifier(library, reference);
  for (const std::string &level : levels)
    try {
      verifier.verify(level);
    } catch (const Error &error) {
      if (error.code() != ErrorCode::Unsupported)
        throw;
      warn(fmt::format("the code for {} was not verified: {}", level, error.what()));
    }
}

} // namespace transept::workbench
