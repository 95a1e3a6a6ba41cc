// SPDX-License-Identifier: Apache-2.0
//
// What the command line of `transept compile` says.

#ifndef TRANSEPT_COMPILER_SESSION_COMPILEOPTIONS_H
#define TRANSEPT_COMPILER_SESSION_COMPILEOPTIONS_H

#include <filesystem>
#include <optional>
#include <string>

namespace transept::session {

struct CompileOptions {
  std::string input, output, name, checkpoint, weights = "f32", cache = "auto", cpu = "native",
                                               emit, dumpDirectory;
  bool verifiesPasses = false, hasDebugInfo = false, isJson = false, showsWarnings = true;
  std::string page;                   // where to show the compilation; empty for nowhere
  std::optional<std::string> remarks; // which to print: categories, passes, kinds; empty for all
  std::optional<double> allowedLoss;  // of `--weights auto`, nats a token

  /// Where line tables lead to; the text of the plan, of one level where there are several.
  std::string planFile(const std::string &level) const {
    return std::filesystem::path(output).replace_extension(level + ".plan.mlir").string();
  }

  /// Where a pass that changes the result of `model` is shown: beside the library, or here.
  std::string reproducerFile(const std::string &model) const {
    return (std::filesystem::path(output).parent_path() / (model + ".reproducer.mlir")).string();
  }
};

} // namespace transept::session

#endif
