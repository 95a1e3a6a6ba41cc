// SPDX-License-Identifier: Apache-2.0
//
// Which ids a call chooses from, and whether its rules leave any of them.
#ifndef TRANSEPT_RUNTIME_DECODE_CHOOSABLEIDS_H
#define TRANSEPT_RUNTIME_DECODE_CHOOSABLEIDS_H

#include "runtime/decode/GenerationSettings.h"

namespace transept::runtime {

/// Completes `settings.vocabulary`; all else is there already. Throws Error where too few ids are
/// left.
void resolveVocabulary(GenerationSettings &settings);

} // namespace transept::runtime

#endif
