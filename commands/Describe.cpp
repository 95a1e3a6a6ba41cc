// SPDX-License-Identifier: Apache-2.0
//
// `transept describe`: the description that an input resolves to, as JSON.

#include "commands/Commands.h"
#include "commands/Streams.h"

#include "compiler/frontend/DescribeCheckpoint.h"
#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/TensorTable.h"

#include <fmt/format.h>

namespace transept::commands {

void addDescribeCommand(CLI::App &program) {
  auto input = std::make_shared<std::string>();
  auto listsTensors = std::make_shared<bool>(false);
  CLI::App *command = program.add_subcommand(
      "describe", "print the description (JSON) that a checkpoint or a description resolves to");
  command->add_option("INPUT", *input, "a checkpoint directory or a description .json")
      ->type_name("FILE")
      ->required();
  command->add_flag(
      "--tensors", *listsTensors,
      "print a line for each tensor of the checkpoint instead: name, type, shape, the "
      "file that holds it, and what it is used for");
  command->callback([input, listsTensors] {
    std::vector<std::string> warnings;
    bool isDescription = input->ends_with(".json");
    frontend::Description description = isDescription
                                            ? frontend::readDescription(*input, warnings)
                                            : frontend::describeCheckpoint(*input, warnings);
    for (const std::string &warning : warnings)
      printMessage("warning: " + warning);
    if (*listsTensors)
      fmt::print("{}", frontend::tensorTable(description));
    else
      fmt::print("{}\n", frontend::toJson(description));
  });
}

} // namespace transept::commands
