// SPDX-License-Identifier: Apache-2.0
//
// Puts numbers and integers of a panel where kernels read them.

#include "compiler/emit/weights/PackPanel.h"

#include <algorithm>
#include <cstring>

namespace transept::emit {

using codegen::PackedPanels;

namespace {

class PanelPacker {
public:
  PanelPacker(const PackedPanels &layout, const double *numbers, uint8_t *bytes)
      : layout(layout), numbers(numbers), bytes(bytes) {}

  void packFloats() {
    for (int64_t output = 0; output < layout.width; ++output)
      for (int64_t input = 0; input < layout.depth; ++input) {
        float number = float(at(output, input));
        std::memcpy(bytes + 4 * (input * layout.width + output), &number, 4);
      }
  }

  void packBFloats() {
    std::memset(bytes, 0, layout.wordBytes());
    for (int64_t output = 0; output < layout.width; ++output)
      for (int64_t input = 0; input < layout.depth; ++input) {
        uint16_t number = toBFloat16(float(at(output, input)));
        std::memcpy(bytes + 4 * (input / 2 * layout.width + output) + 2 * (input % 2), &number, 2);
      }
  }

  void packBytes(const QuantizedPanel &panel) {
    int zero = int(layout.zeroPoint());
    std::memset(bytes, zero, layout.wordBytes());
    for (int64_t output = 0; output < layout.width; ++output)
      for (int64_t input = 0; input < layout.depth; ++input)
        bytes[4 * (input / 4 * layout.width + output) + input % 4] =
            uint8_t(panel.integer(output, input) + zero);
    std::memcpy(bytes + layout.wordBytes(), panel.scales.data(), 4 * layout.width);
  }

  void packHalfBytes(const QuantizedPanel &panel) {
    int zero = int(layout.zeroPoint());
    for (int64_t group = 0; group < layout.groups(); ++group) {
      uint8_t *groupBytes = bytes + group * layout.groupBytes();
      std::memset(groupBytes, 0, layout.groupBytes());
      int64_t begin = group * PackedPanels::kGroup;
      int64_t count = std::min(PackedPanels::kGroup, layout.depth - begin);
      for (int64_t output = 0; output < layout.width; ++output) {
        for (int64_t input = 0; input < PackedPanels::kGroup; ++input) {
          int integer = input < count ? panel.integer(output, begin + input) : 0;
          int64_t place = input % 32;
          groupBytes[4 * (place / 4 * layout.width + output) + place % 4] |=
              uint8_t((integer + zero) << (input < 32 ? 0 : 4));
        }
        uint16_t scale = toBFloat16(panel.scale(group, output));
        std::memcpy(groupBytes + layout.groupWordBytes() + 2 * output, &scale, 2);
      }
    }
  }

private:
  double at(int64_t output, int64_t input) const { return numbers[output * layout.depth + input]; }

  const PackedPanels &layout;
  const double *numbers;
  uint8_t *bytes;
};

} // namespace

void packPanel(const PackedPanels &layout, const double *numbers, uint8_t *bytes,
               const ErrorFeedback *feedback) {
  PanelPacker packer(layout, numbers, bytes);
  switch (layout.type) {
  case plan::NumberType::F32:
    return packer.packFloats();
  case plan::NumberType::BF16:
    return packer.packBFloats();
  case plan::NumberType::Int8:
    return packer.packBytes(quantizePanel(layout, numbers, feedback));
  case plan::NumberType::Int4:
    return packer.packHalfBytes(quantizePanel(layout, numbers, feedback));
  }
}

} // namespace transept::emit
