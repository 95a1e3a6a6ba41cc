// SPDX-License-Identifier: Apache-2.0
//
// `transept report`: a page to look at, of how a library was compiled and where its time goes.

#include "base/OutputFile.h"
#include "commands/Checks.h"
#include "commands/Commands.h"
#include "workbench/library/LibraryStory.h"
#include "workbench/measure/BenchProfile.h"
#include "workbench/report/StoryPage.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace transept::commands {

void addReportCommand(CLI::App &program) {
  struct Options {
    workbench::BenchOptions bench;
    std::string output;
    bool hasProfile = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App *command = program.add_subcommand(
      "report", "write a page, one HTML file, that shows how a library was compiled");
  command->add_option("LIB", options->bench.library, "the library")->type_name("FILE")->required();
  command->add_option("-o,--out", options->output, "the page to write [LIB.html]")
      ->type_name("FILE");
  CLI::Option *profile = command->add_flag(
      "--profile", options->hasProfile,
      "run the library as `transept bench --profile` does, and show where its time goes");
  command->add_option("--threads", options->bench.threads, "threads to profile [all cores]")
      ->check(between(1, 1024))
      ->needs(profile);
  command->callback([options] {
    story::Story story = workbench::readLibraryStory(options->bench.library);
    std::string output = options->output;
    if (output.empty())
      output = std::filesystem::path(options->bench.library).replace_extension(".html").string();
    OutputFile page(output, {options->bench.library});
    std::optional<workbench::ProfileReport> profile;
    if (options->hasProfile)
      profile = workbench::profileModel(options->bench);
    page.write(workbench::storyPage(story, profile ? &*profile : nullptr));
    page.finish();
    fmt::print("{}\n", output);
  });
}

} // namespace transept::commands
