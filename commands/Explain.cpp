// SPDX-License-Identifier: Apache-2.0
//
// `transept explain`: the whole story of one operation, tensor or kernel of a library.

#include "commands/Commands.h"
#include "commands/Streams.h"
#include "workbench/explain/Explanation.h"
#include "workbench/library/LibraryStory.h"

#include <fmt/format.h>

namespace transept::commands {

void addExplainCommand(CLI::App &program) {
  struct Options {
    std::string library, subject;
    bool isJson = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App *command = program.add_subcommand(
      "explain", "tell where an operation of a library comes from, what became of it, and why");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  command
      ->add_option("--op", options->subject,
                   "an operation of any stage (decoder.layers.3.cross_attention), a tensor of the "
                   "checkpoint, or the symbol of a launch or kernel")
      ->required();
  command->add_flag("--json", options->isJson, "print a JSON object");
  command->callback([options] {
    story::Story story = workbench::readLibraryStory(options->library);
    workbench::Explanation explanation = workbench::explain(story, options->subject);
    if (options->isJson)
      printJson(workbench::jsonOf(story, explanation), 2);
    else
      printEscaped("{}", workbench::textOf(story, explanation));
  });
}

} // namespace transept::commands
