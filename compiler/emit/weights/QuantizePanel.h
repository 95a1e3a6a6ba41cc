// SPDX-License-Identifier: Apache-2.0
//
// Which integers stand for the numbers of one panel.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_QUANTIZEPANEL_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_QUANTIZEPANEL_H

#include "compiler/emit/weights/ErrorFeedback.h"
#include "compiler/plan/PackedPanels.h"

#include <vector>

namespace transept::emit {

/// Symmetric integers: a number is about its integer times the scale of its output and group.
struct QuantizedPanel {
  int64_t depth = 0, width = 0;
  std::vector<int8_t> integers; // [width][depth]
  std::vector<float> scales;    // [groups][width]; int8 has one group, int4 scales that bf16 holds

  int integer(int64_t output, int64_t input) const {
    return integers[size_t(output * depth + input)];
  }
  float scale(int64_t group, int64_t output) const {
    return scales[size_t(group * width + output)];
  }
};

/// numbers: [layout.width][layout.depth], of a layout that is quantized.
/// int8: scale = largest magnitude of the output / 127. int4: for each group of inputs, the scale
/// among a few around largest / 7 that leaves the least squared error. Integers are the nearest, or
/// what `feedback`, which may be null, makes of the layer's inputs.
QuantizedPanel quantizePanel(const codegen::PackedPanels &layout, const double *numbers,
                             const ErrorFeedback *feedback);

/// The upper half of `number` as f32, rounded to the nearest, ties to even; NaN stays NaN.
uint16_t toBFloat16(float number);
float fromBFloat16(uint16_t bits);

} // namespace transept::emit

#endif
