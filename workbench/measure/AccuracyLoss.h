// SPDX-License-Identifier: Apache-2.0
//
// What a library of narrow weights loses beside that of f32, in a unit that says what it means for
// the text: so that `compile --weights auto` measures it instead of guessing.

#ifndef TRANSEPT_WORKBENCH_MEASURE_ACCURACYLOSS_H
#define TRANSEPT_WORKBENCH_MEASURE_ACCURACYLOSS_H

#include "workbench/goldens/GoldenSources.h"

#include <string>
#include <vector>

namespace transept::workbench {

/// Compares next-token distributions along continuations that the reference generates greedily
/// from given sources or from random ones, the same in every run. The libraries are files, opened
/// only while they are looked at: beside a compilation there is then no second copy of the weights
/// in memory.
class AccuracyLoss {
public:
  /// `level` runs of all libraries. With `calibration` (readCalibrationSources), which may be
  /// empty, the sources are those that calibration leaves out. Throws std::exception where the
  /// model has no distributions.
  AccuracyLoss(std::string reference, std::string level, const std::string &calibration);

  /// The mean Kullback-Leibler divergence from the reference's distributions, in nats a token: the
  /// perplexity of text that the reference writes grows by the factor exp(this). Infinity where the
  /// candidate's logits are not numbers.
  double of(const std::string &library) const;

private:
  struct Probe {
    GoldenSource source; // empty for a decoder alone
    std::vector<Id> target;
  };

  std::string reference, level;
  std::vector<Probe> probes;
};

} // namespace transept::workbench

#endif
