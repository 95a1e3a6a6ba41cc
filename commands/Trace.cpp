// SPDX-License-Identifier: Apache-2.0
//
// `transept trace`: every named value of one run, in a file.

#include "base/Error.h"
#include "base/OutputFile.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LevelFlag.h"
#include "commands/SourceLines.h"
#include "commands/Streams.h"
#include "workbench/goldens/GoldenSources.h"
#include "workbench/goldens/Goldens.h"
#include "workbench/library/LibraryStory.h"
#include "workbench/trace/TraceRecorder.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::commands {
namespace {

struct TraceOptions {
  std::string library, output, goldens, goldenCase, level;
  std::vector<std::string> sources, targets;
  unsigned threads = 1;
  bool isJson = false;
};

/// The case of that name; without one, the first that recorded the states of layers.
const workbench::GoldenCase &findCase(const workbench::Goldens &goldens,
                                      const TraceOptions &options) {
  auto isWanted = [&](const workbench::GoldenCase &golden) {
    return golden.kind == "forward" &&
           (options.goldenCase.empty() ? golden.outputs.contains("encoder_hidden_states.0") ||
                                             golden.outputs.contains("decoder_hidden_states.0")
                                       : golden.name == options.goldenCase);
  };
  auto found = std::ranges::find_if(goldens.cases(), isWanted);
  if (found == goldens.cases().end() && options.goldenCase.empty())
    found = std::ranges::find(goldens.cases(), "forward", &workbench::GoldenCase::kind);
  if (found != goldens.cases().end())
    return *found;
  std::vector<std::string> names;
  for (const workbench::GoldenCase &golden : goldens.cases())
    if (golden.kind == "forward")
      names.push_back(golden.name);
  throw InputError(fmt::format("{} has no forward case '{}'; it has {}", options.goldens,
                               options.goldenCase, fmt::join(names, ", ")));
}

std::vector<workbench::TraceInput> inputsOf(const workbench::Goldens &goldens,
                                            const workbench::GoldenCase &golden,
                                            const std::vector<workbench::GoldenSource> &sources) {
  std::vector<workbench::TraceInput> inputs;
  for (const workbench::GoldenSource &source : sources)
    inputs.push_back({.ids = source.ids, .mask = source.mask, .features = source.features});
  if (auto found = golden.inputs.find("decoder_input_ids"); found != golden.inputs.end()) {
    workbench::IntegerTable targets = goldens.integers(found->second);
    for (size_t row = 0; row < inputs.size() && row != targets.rowCount; ++row)
      inputs[row].target.emplace(targets.row(row).begin(), targets.row(row).end());
  }
  return inputs;
}

/// The positions of a source's encoded rows: where rows before others are masked, each of the
/// others is one, and what the model puts behind them follows.
std::vector<int32_t> positionsOf(const workbench::GoldenSource &source, size_t rows) {
  std::vector<int32_t> positions;
  auto last = std::find(source.mask.rbegin(), source.mask.rend(), 1).base();
  bool hasHoles = std::find(source.mask.begin(), last, 0) != last;
  for (size_t column = 0; positions.size() < rows; ++column)
    if (!hasHoles || column >= source.mask.size() || source.mask[column] != 0)
      positions.push_back(int32_t(column));
  return positions;
}

/// Which columns of the padded sources the traced rows are, to find them in recorded states.
std::string keptColumns(const std::vector<workbench::GoldenSource> &sources,
                        const std::string &rowCounts) {
  std::vector<std::string> kept;
  size_t at = 0;
  for (const workbench::GoldenSource &source : sources) {
    size_t rows = std::stoul(rowCounts.substr(at));
    at = std::min(rowCounts.size(), rowCounts.find(' ', at)) + 1;
    kept.push_back(
        fmt::format("{}", fmt::join(source.keptColumns(positionsOf(source, rows)), " ")));
  }
  return fmt::format("{}", fmt::join(kept, ";"));
}

std::vector<workbench::TraceInput> inputsOf(const Model &model, const TraceOptions &options) {
  if (model.sourceFeatureWidth() != 0)
    throw InputError(fmt::format("{} reads rows of features, not ids: name recorded inputs "
                                 "with --goldens",
                                 options.library));
  if (options.targets.size() > options.sources.size())
    throw CLI::ValidationError("--target", "there are more targets than sources");
  auto sources = parseIdsOfOption("--ids", options.sources, model.sourceVocabularySize());
  auto targets = parseIdsOfOption("--target", options.targets, model.targetVocabularySize());
  std::vector<workbench::TraceInput> inputs(sources.size());
  for (size_t index = 0; index < sources.size(); ++index) {
    inputs[index].ids = std::move(sources[index]);
    if (index < targets.size())
      inputs[index].target = std::move(targets[index]);
  }
  return inputs;
}

workbench::Trace record(const TraceOptions &options) {
  story::Story story = workbench::readLibraryStory(options.library);
  Model model = Model::open(options.library, {.threads = options.threads, .level = options.level});
  if (model.targetFeatureWidth() != 0)
    throw InputError(fmt::format("{} transforms whole targets; only models that encode a "
                                 "source and score a vocabulary can be traced",
                                 options.library));
  if (options.goldens.empty())
    return workbench::recordTrace(model, story, inputsOf(model, options));
  workbench::Goldens goldens = workbench::Goldens::read(options.goldens);
  const workbench::GoldenCase &golden = findCase(goldens, options);
  std::vector<workbench::GoldenSource> sources =
      workbench::readGoldenSources(model, goldens, golden);
  workbench::Trace trace = workbench::recordTrace(model, story, inputsOf(goldens, golden, sources));
  trace.facts["case"] = golden.name;
  trace.facts["source_columns"] = keptColumns(sources, trace.facts.at("source_rows"));
  return trace;
}

void trace(const TraceOptions &options) {
  if (options.sources.empty() == options.goldens.empty())
    throw CLI::RequiredError("--ids (or --goldens)");
  OutputFile file(options.output, {options.library, options.goldens + "/goldens.json",
                                   options.goldens + "/goldens.safetensors"});
  workbench::Trace trace = record(options);
  workbench::writeTrace(trace, file);
  file.finish();
  size_t numbers = 0;
  for (const workbench::TracedValue &value : trace.values)
    numbers += value.rows.size();
  if (options.isJson)
    printJson({{"trace", options.output}, {"values", trace.values.size()}, {"facts", trace.facts}});
  else
    printMessage(
        fmt::format("{}: {} values, {} numbers", options.output, trace.values.size(), numbers));
}

} // namespace

void addTraceCommand(CLI::App &program) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App *command = program.add_subcommand(
      "trace", "run a library and write every value that its plan names to a safetensors file");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  command->add_option("--ids", options->sources,
                      "a source: token ids separated by spaces, in quotes; may be repeated");
  command->add_option("--target", options->targets,
                      "its target, from the decoder start on [what greedy search generates]");
  command
      ->add_option("--goldens", options->goldens,
                   "take sources and targets from a directory of recorded ones instead")
      ->type_name("DIR");
  command->add_option("--case", options->goldenCase, "which forward case of it [the first]");
  command->add_option("--out", options->output, "the file to write")->type_name("FILE")->required();
  command->add_option("--threads", options->threads, "threads to use; values are the same with any")
      ->check(between(1, 1024))
      ->capture_default_str();
  addLevelFlag(command, options->level);
  command->add_flag("--json", options->isJson, "print a JSON object about the trace");
  command->callback([options] { trace(*options); });
}

} // namespace transept::commands
