// SPDX-License-Identifier: Apache-2.0
//
// `transept profile`: where the time of given sources goes, by layer and by operation of the graph.

#include "base/OutputFile.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LevelFlag.h"
#include "commands/SourceLines.h"
#include "workbench/library/LibraryFile.h"
#include "workbench/library/LibraryStory.h"
#include "workbench/measure/BenchProfile.h"
#include "workbench/report/StoryPage.h"

#include <fmt/format.h>

namespace transept::commands {
namespace {

struct ProfileOptions {
  workbench::BenchOptions bench;
  std::vector<std::string> sources;
  std::string page;
  int beams = 0, newTokens = 0;
};

workbench::ProfileReport measure(const ProfileOptions &options) {
  // Models of features, and whoever has no ids at hand, get random sources of the usual sizes.
  if (options.sources.empty())
    return workbench::profileModel(options.bench);
  workbench::LibraryFile library = workbench::readLibraryFile(options.bench.library);
  if (library.sourceFeatureWidth != 0)
    throw CLI::ValidationError("--ids", "this model reads rows of features; leave it out to "
                                        "profile random ones");
  workbench::ProfileRequest request;
  request.sources = parseIdsOfOption("--ids", options.sources, library.sourceVocabularySize);
  if (options.beams != 0)
    request.generation.beams = options.beams;
  if (options.beams > 1)
    request.generation.sample = false; // what the model may do by default
  if (options.newTokens != 0)
    request.generation.maximumNewTokens = options.newTokens;
  return workbench::profileRequest(options.bench, request);
}

void profile(const ProfileOptions &options) {
  std::optional<OutputFile> page;
  if (!options.page.empty())
    page.emplace(options.page, std::vector{options.bench.library});
  workbench::ProfileReport report = measure(options);
  if (page) {
    page->write(workbench::storyPage(workbench::readLibraryStory(options.bench.library), &report));
    page->finish();
  }
  options.bench.isJson ? workbench::printJson(report) : workbench::printLayersAndLaunches(report);
}

} // namespace

void addProfileCommand(CLI::App &program) {
  auto options = std::make_shared<ProfileOptions>();
  CLI::App *command = program.add_subcommand(
      "profile", "show where the time goes, by layer and operation, with the fraction of the "
                 "machine's limits");
  command->add_option("LIB", options->bench.library, "the library")->type_name("FILE")->required();
  CLI::Option *ids = command->add_option(
      "--ids", options->sources,
      "a source: token ids separated by spaces, in quotes; repeated for a batch [random sources]");
  command->add_option("--beams", options->beams, "beams of each source [the model's default]")
      ->check(between(1, 1024))
      ->needs(ids);
  command->add_option("--max-new-tokens", options->newTokens, "steps at most [the model's default]")
      ->check(between(1, INT32_MAX))
      ->needs(ids);
  command->add_option("--threads", options->bench.threads, "threads to use [all cores]")
      ->check(between(1, 1024));
  addLevelFlag(command, options->bench.level);
  command
      ->add_option("--report", options->page,
                   "write a page with the profile as a heat map and a flame graph as well")
      ->type_name("FILE");
  command->add_flag("--quick", options->bench.isQuick, "few repetitions: to see that it runs");
  command->add_flag("--json", options->bench.isJson, "print one JSON object");
  command->callback([options] { profile(*options); });
}

} // namespace transept::commands
