// SPDX-License-Identifier: Apache-2.0
//
// Recorded cases of blocks: decoder states and encoder output in, states and attention weights out.

#ifndef TRANSEPT_COMPILER_DRIVER_GOLDENBLOCKS_H
#define TRANSEPT_COMPILER_DRIVER_GOLDENBLOCKS_H

#include "compiler/driver/GoldenChecks.h"

namespace transept::driver {

/// Whether a case gives rows of numbers to both sides of a model.
bool isBlockCase(const GoldenCase &golden);

/// Runs the padded batch as a program would, and each row of it alone. Fills in comparisons,
/// sameBitsAlone and notCompared. Throws std::runtime_error where the case does not fit the model.
void checkBlock(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                const Tolerances &tolerances, CaseResult &result);

} // namespace transept::driver

#endif
