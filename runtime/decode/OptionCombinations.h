// SPDX-License-Identifier: Apache-2.0
//
// Options that are right by themselves, but not together.
#ifndef TRANSEPT_RUNTIME_DECODE_OPTIONCOMBINATIONS_H
#define TRANSEPT_RUNTIME_DECODE_OPTIONCOMBINATIONS_H

#include "runtime/decode/GenerationSettings.h"

namespace transept::runtime {

/// Throws Error where the caller asks for what cannot go together, or with this model.
void checkCombinations(const GenerationSettings &settings, const transept_model_table &table,
                       const transept_generation_options &options);

} // namespace transept::runtime

#endif
