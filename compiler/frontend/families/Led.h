// SPDX-License-Identifier: Apache-2.0
//
// What LED's encoder has in place of BART's self-attention: Longformer's windows and global tokens
// (Beltagy et al. 2020).

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_LED_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_LED_H

#include "compiler/frontend/families/Parts.h"

namespace transept::frontend {

/// Reads attention_window, and replaces the self-attention of `stack`, the encoder `module`.
void lookAtWindows(JsonFields &config, const std::string &module, Stack &stack);

} // namespace transept::frontend

#endif
