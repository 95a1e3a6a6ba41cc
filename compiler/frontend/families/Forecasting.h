// SPDX-License-Identifier: Apache-2.0
//
// Chronos-Bolt: T5 whose source is a series of numbers, and whose target is one step that gives
// quantiles of what follows.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_FORECASTING_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_FORECASTING_H

#include "compiler/frontend/families/Families.h"

namespace transept::frontend {

bool isForecaster(JsonFields &config);

/// Ids of the target: the one that it starts with, and one more for the row behind those of the
/// series, where there is one.
int64_t forecasterVocabulary(JsonFields &config);

/// Fills in `result`'s forecaster, features and specialIds; `result` has both stacks. The blocks'
/// inner width and activation are those of the feed-forward.
void describeForecaster(JsonFields &config, FamilyResult &result);

} // namespace transept::frontend

#endif
