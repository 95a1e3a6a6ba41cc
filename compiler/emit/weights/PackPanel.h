// SPDX-License-Identifier: Apache-2.0
//
// The bytes of one panel of a packed weight.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKPANEL_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKPANEL_H

#include "compiler/emit/weights/QuantizePanel.h"

namespace transept::emit {

/// numbers: [layout.width][layout.depth]. bytes: layout.panelBytes() of them are written.
/// `feedback` rounds what is quantized; null: to the nearest.
void packPanel(const codegen::PackedPanels &layout, const double *numbers, uint8_t *bytes,
               const ErrorFeedback *feedback = nullptr);

} // namespace transept::emit

#endif
