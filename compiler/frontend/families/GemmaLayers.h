// SPDX-License-Identifier: Apache-2.0
//
// How layers of Gemma differ from each other.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_GEMMALAYERS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_GEMMALAYERS_H

#include "compiler/frontend/families/GemmaStack.h"

namespace transept::frontend {

/// Windows and rotary positions of as few layers as the types of all repeat after.
std::vector<AttentionVariant> gemmaVariants(const GemmaSide &side, int64_t layers, int64_t headDim);

} // namespace transept::frontend

#endif
