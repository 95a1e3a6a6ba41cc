// SPDX-License-Identifier: Apache-2.0
//
// Sources are worked on together, but one that the model refuses must not take the others with it.

#ifndef TRANSEPT_COMMANDS_SOURCEISOLATION_H
#define TRANSEPT_COMMANDS_SOURCEISOLATION_H

#include "commands/GenerateSources.h"

#include <functional>
#include <string>
#include <vector>

namespace transept::commands {

using Sources = std::vector<const GenerateSource *>;

/// The lines of a source's results, or why it has none.
struct Outcome {
  std::string lines, problem;
};

class SourceIsolation {
public:
  /// Unless `goesOn`, nothing is done for the sources behind the first that is wrong.
  explicit SourceIsolation(bool goesOn) : goesOn(goesOn) {}

  /// Has `process` make the lines of all sources that are not wrong, without those that it refuses
  /// by an Error about "sources[N]". Other exceptions pass through. One outcome for each source, or
  /// up to the first that is wrong.
  std::vector<Outcome> run(const std::vector<GenerateSource> &batch,
                           const std::function<std::vector<std::string>(const Sources &)> &process);

  /// Of all runs.
  size_t sourceCount() const { return sources; }
  size_t problemCount() const { return problems; }

private:
  bool goesOn;
  size_t sources = 0, problems = 0;
};

} // namespace transept::commands

#endif
