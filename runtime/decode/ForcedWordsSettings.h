// SPDX-License-Identifier: Apache-2.0
//
// The forced words of a call, checked.
#ifndef TRANSEPT_RUNTIME_DECODE_FORCEDWORDSSETTINGS_H
#define TRANSEPT_RUNTIME_DECODE_FORCEDWORDSSETTINGS_H

#include "runtime/decode/GenerationSettings.h"

namespace transept::runtime {

/// Fills in `settings.forcedWords`; all else is there already. Throws Error naming the word.
void resolveForcedWords(const transept_generation_options &options, GenerationSettings &settings);

} // namespace transept::runtime

#endif
