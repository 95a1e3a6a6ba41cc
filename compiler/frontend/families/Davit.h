// SPDX-License-Identifier: Apache-2.0
//
// DaViT (Ding et al. 2022), the part of a model that reads images: blocks that look at rows of the
// same tile, and blocks that mix channels.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_DAVIT_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_DAVIT_H

#include "compiler/frontend/families/Parts.h"

namespace transept::frontend {

/// The stages of `module` for images of this size; what is behind them is the family's.
ImageTower davitTower(JsonFields &config, const std::string &module, const Grid &pixels);

} // namespace transept::frontend

#endif
