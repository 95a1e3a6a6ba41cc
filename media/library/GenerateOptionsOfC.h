// SPDX-License-Identifier: Apache-2.0
//
// The C structure of generation options as that of C++.

#ifndef TRANSEPT_MEDIA_LIBRARY_GENERATEOPTIONSOFC_H
#define TRANSEPT_MEDIA_LIBRARY_GENERATEOPTIONSOFC_H

#include "transept/options.h"

namespace transept::media {

/// What is unset stays unset. Callbacks are not taken over, nor what concerns single sources:
/// prompts, forced words, allowed ids.
GenerateOptions generateOptionsOf(const transept_generation_options &options);

} // namespace transept::media

#endif
