// SPDX-License-Identifier: Apache-2.0
//
// Rounds and quantizes the numbers of one panel of a packed weight.

#include "compiler/emit/weights/PackPanel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace transept::emit {

using codegen::PackedPanels;

namespace {

/// Symmetric integers from -limit to limit; scale 0 stands for zeros only.
int toInteger(double number, double scale, int limit) {
  if (scale == 0)
    return 0;
  return int(std::clamp(std::nearbyint(number / scale), double(-limit), double(limit)));
}

double largestMagnitude(const double *numbers, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(numbers[i]));
  return largest;
}

float fromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

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

  void packBytes() {
    constexpr int kLimit = 127;
    int zero = int(layout.zeroPoint());
    std::memset(bytes, zero, layout.wordBytes());
    for (int64_t output = 0; output < layout.width; ++output) {
      float scale = float(largestMagnitude(numbers + output * layout.depth, layout.depth) / kLimit);
      for (int64_t input = 0; input < layout.depth; ++input)
        bytes[4 * (input / 4 * layout.width + output) + input % 4] =
            uint8_t(toInteger(at(output, input), scale, kLimit) + zero);
      std::memcpy(bytes + layout.wordBytes() + 4 * output, &scale, 4);
    }
  }

  void packHalfBytes() {
    constexpr int kLimit = 7;
    int zero = int(layout.zeroPoint());
    for (int64_t group = 0; group < layout.groups(); ++group) {
      uint8_t *groupBytes = bytes + group * layout.groupBytes();
      std::memset(groupBytes, 0, layout.groupBytes());
      int64_t begin = group * PackedPanels::kGroup;
      int64_t count = std::min(PackedPanels::kGroup, layout.depth - begin);
      for (int64_t output = 0; output < layout.width; ++output) {
        const double *inputs = numbers + output * layout.depth + begin;
        uint16_t scaleBits = bestScale(inputs, count, kLimit);
        double scale = fromBFloat16(scaleBits);
        for (int64_t input = 0; input < PackedPanels::kGroup; ++input) {
          int integer = input < count ? toInteger(inputs[input], scale, kLimit) : 0;
          int64_t place = input % 32;
          groupBytes[4 * (place / 4 * layout.width + output) + place % 4] |=
              uint8_t((integer + zero) << (input < 32 ? 0 : 4));
        }
        std::memcpy(groupBytes + layout.groupWordBytes() + 2 * output, &scaleBits, 2);
      }
    }
  }

private:
  double at(int64_t output, int64_t input) const { return numbers[output * layout.depth + input]; }

  /// Cutting off the largest numbers a little often costs less than coarser steps for all others.
  static uint16_t bestScale(const double *inputs, int64_t count, int limit) {
    double largest = largestMagnitude(inputs, count);
    uint16_t best = 0;
    double leastError = INFINITY;
    for (double share : {1.0, 0.96, 0.92, 0.88, 0.84, 0.8}) {
      uint16_t bits = toBFloat16(float(largest * share / limit));
      double scale = fromBFloat16(bits), error = 0;
      for (int64_t i = 0; i < count; ++i) {
        double difference = inputs[i] - scale * toInteger(inputs[i], scale, limit);
        error += difference * difference;
      }
      if (error < leastError)
        leastError = error, best = bits;
    }
    return best;
  }

  const PackedPanels &layout;
  const double *numbers;
  uint8_t *bytes;
};

} // namespace

uint16_t toBFloat16(float number) {
  uint32_t bits = std::bit_cast<uint32_t>(number);
  if (std::isnan(number))
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

void packPanel(const PackedPanels &layout, const double *numbers, uint8_t *bytes) {
  PanelPacker packer(layout, numbers, bytes);
  switch (layout.type) {
  case plan::NumberType::F32:
    return packer.packFloats();
  case plan::NumberType::BF16:
    return packer.packBFloats();
  case plan::NumberType::Int8:
    return packer.packBytes();
  case plan::NumberType::Int4:
    return packer.packHalfBytes();
  }
}

} // namespace transept::emit
