// SPDX-License-Identifier: Apache-2.0
//
// Rounds and quantizes the numbers of one panel of a packed weight.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKPANEL_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKPANEL_H

#include "compiler/plan/PackedPanels.h"

namespace transept::emit {

/// numbers: [layout.width][layout.depth]. bytes: layout.panelBytes() of them are written.
/// int8: scale = largest magnitude of the output / 127. int4: for each group of inputs, the scale
/// among a few around largest / 7 that leaves the least squared error.
void packPanel(const codegen::PackedPanels &layout, const double *numbers, uint8_t *bytes);

/// The upper half of `number` as f32, rounded to the nearest, ties to even; NaN stays NaN.
uint16_t toBFloat16(float number);

} // namespace transept::emit

#endif
