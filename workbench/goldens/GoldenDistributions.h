// SPDX-License-Identifier: Apache-2.0
//
// Recorded distributions of the next token while sampling. A library gives out no distribution, but
// samples of one token with the log-probability that they were drawn by: many of them show it.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENDISTRIBUTIONS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENDISTRIBUTIONS_H

#include "workbench/goldens/GoldenChecks.h"

namespace transept::workbench {

/// Draws one token many times for each source and compares with `logProbabilities` [sources,
/// vocabulary]: that none was cut, its score, and how often each came. Fills in comparisons and,
/// where they differ otherwise, failure. Throws InputError where the case does not fit the model.
void checkDistribution(const Model &model, const std::vector<Source> &sources,
                       const GenerateOptions &options, const FloatTensor &logProbabilities,
                       const Tolerances &tolerances, CaseResult &result);

/// Likewise with beams: `logProbabilities` [sources * beams, vocabulary] of the first step, in
/// which all beams of a source are equal. How often each token is the best of those that a step
/// draws is counted.
void checkBeamDistribution(const Model &model, const std::vector<Source> &sources,
                           const GenerateOptions &options, const FloatTensor &logProbabilities,
                           const Tolerances &tolerances, CaseResult &result);

} // namespace transept::workbench

#endif
