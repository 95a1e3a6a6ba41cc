// SPDX-License-Identifier: Apache-2.0
//
// Runs one recorded case on a compiled model and compares what comes out.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENCHECKS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENCHECKS_H

#include "workbench/goldens/Comparison.h"
#include "workbench/goldens/Goldens.h"
#include "workbench/goldens/Tolerances.h"

#include "transept/model.h"

namespace transept::workbench {

struct CaseResult {
  std::string name, kind;
  std::vector<Comparison> comparisons;
  /// Generated ids that are the recorded ones; only with Tolerances::expectsIds must all be.
  std::optional<IdCounts> ids;
  /// Whether each row alone gives the bits that it has in the batch.
  std::optional<bool> sameBitsAlone;
  /// Recorded outputs that a library does not give out.
  std::vector<std::string> notCompared;
  /// Why it failed, in words; empty when it passed.
  std::string failure;

  bool passes() const { return failure.empty(); }
};

/// Never throws for what is wrong with the case or the model: that is the result. The model must
/// keep no sources (OpenOptions::encoderCacheBytes of 0), or rows alone are not computed again.
CaseResult checkCase(const Model &model, const Goldens &goldens, const Tolerances &tolerances,
                     const GoldenCase &golden);

} // namespace transept::workbench

#endif
