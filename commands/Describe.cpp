// SPDX-License-Identifier: Apache-2.0
//
// `transept describe`: the description that an input resolves to, as JSON.

#include "commands/Commands.h"

#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/description/DescriptionJson.h"

#include <fmt/format.h>

namespace transept::commands {

void addDescribeCommand(CLI::App &program) {
  auto input = std::make_shared<std::string>();
  CLI::App *command = program.add_subcommand(
      "describe", "print the description (JSON) that a checkpoint or a description resolves to");
  command->add_option("INPUT", *input, "a checkpoint directory or a description .json")
      ->type_name("FILE")
      ->required();
  command->callback([input] {
    std::vector<std::string> warnings;
    bool isDescription = input->ends_with(".json");
    frontend::Description description = isDescription
                                            ? frontend::readDescription(*input)
                                            : frontend::describeCheckpoint(*input, warnings);
    for (const std::string &warning : warnings)
      fmt::print(stderr, "warning: {}\n", warning);
    fmt::print("{}\n", frontend::toJson(description));
  });
}

} // namespace transept::commands
