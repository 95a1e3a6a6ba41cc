// SPDX-License-Identifier: Apache-2.0
//
// Recorded cases of blocks: decoder states and encoder output in, states and attention weights out.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENBLOCKS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENBLOCKS_H

#include "workbench/goldens/GoldenChecks.h"

namespace transept::workbench {

/// Whether a case gives rows of numbers to both sides of a model.
bool isBlockCase(const GoldenCase &golden);

/// Runs the padded batch as a program would, and each row of it alone. Fills in comparisons,
/// sameBitsAlone and notCompared. Throws InputError where the case does not fit the model.
void checkBlock(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                const Tolerances &tolerances, CaseResult &result);

} // namespace transept::workbench

#endif
