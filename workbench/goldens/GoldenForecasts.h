// SPDX-License-Identifier: Apache-2.0
//
// Golden cases of forecasts: series in, quantiles of how they go on out.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENFORECASTS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENFORECASTS_H

#include "workbench/goldens/GoldenChecks.h"

namespace transept::workbench {

/// Compares "quantiles" [series, quantiles, horizon] of the input "context" [series, values], where
/// NaN stands before shorter series, and looks whether each series alone gives the same bits.
/// Throws InputError for other inputs.
void checkForecast(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                   const Tolerances &tolerances, CaseResult &result);

} // namespace transept::workbench

#endif
