// SPDX-License-Identifier: Apache-2.0
//
// Chooses scales, then integers: each the nearest, or with feedback one input after another.

#include "compiler/emit/weights/QuantizePanel.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace transept::emit {

using codegen::PackedPanels;

namespace {

class PanelQuantizer {
public:
  PanelQuantizer(const PackedPanels &layout, const double *numbers, const ErrorFeedback *feedback)
      : numbers(numbers), feedback(feedback), isHalfBytes(layout.type == plan::NumberType::Int4),
        limit(isHalfBytes ? 7 : 127), group(isHalfBytes ? PackedPanels::kGroup : layout.depth) {
    result.depth = layout.depth;
    result.width = layout.width;
    result.integers.resize(size_t(layout.depth * layout.width));
  }

  QuantizedPanel quantize() {
    for (int64_t begin = 0; begin < result.depth; begin += group)
      for (int64_t output = 0; output < result.width; ++output)
        result.scales.push_back(scaleOf(output, begin, std::min(group, result.depth - begin)));
    if (feedback)
      roundWithFeedback();
    else
      roundToNearest();
    return std::move(result);
  }

private:
  /// Scale 0 stands for zeros only.
  int toInteger(double number, double scale) const {
    if (scale == 0)
      return 0;
    return int(std::clamp(std::nearbyint(number / scale), double(-limit), double(limit)));
  }

  double scaleFor(int64_t output, int64_t input) const {
    return result.scale(input / group, output);
  }

  float scaleOf(int64_t output, int64_t begin, int64_t count) const {
    const double *inputs = numbers + output * result.depth + begin;
    double largest = 0;
    for (int64_t i = 0; i < count; ++i)
      largest = std::max(largest, std::abs(inputs[i]));
    return isHalfBytes ? bestScale(inputs, count, largest) : float(largest / limit);
  }

  /// Cutting off the largest numbers a little often costs less than coarser steps for all others.
  float bestScale(const double *inputs, int64_t count, double largest) const {
    float best = 0;
    double leastError = INFINITY;
    for (double share : {1.0, 0.96, 0.92, 0.88, 0.84, 0.8}) {
      float scale = fromBFloat16(toBFloat16(float(largest * share / limit)));
      double error = 0;
      for (int64_t i = 0; i < count; ++i) {
        double difference = inputs[i] - double(scale) * toInteger(inputs[i], scale);
        error += difference * difference;
      }
      if (error < leastError)
        leastError = error, best = scale;
    }
    return best;
  }

  void roundToNearest() {
    for (int64_t output = 0; output < result.width; ++output)
      for (int64_t input = 0; input < result.depth; ++input)
        set(output, input,
            toInteger(numbers[output * result.depth + input], scaleFor(output, input)));
  }

  void roundWithFeedback() {
    feedback->round(numbers, result.width, [&](int64_t input, std::span<float> weights) {
      for (int64_t output = 0; output < result.width; ++output) {
        double scale = scaleFor(output, input);
        float &weight = weights[size_t(output)];
        int integer = toInteger(weight, scale);
        set(output, input, integer);
        weight = float(scale * integer);
      }
    });
  }

  void set(int64_t output, int64_t input, int integer) {
    result.integers[size_t(output * result.depth + input)] = int8_t(integer);
  }

  const double *numbers;
  const ErrorFeedback *feedback;
  bool isHalfBytes;
  int limit;
  int64_t group; // inputs that share a scale
  QuantizedPanel result;
};

} // namespace

QuantizedPanel quantizePanel(const PackedPanels &layout, const double *numbers,
                             const ErrorFeedback *feedback) {
  return PanelQuantizer(layout, numbers, feedback).quantize();
}

uint16_t toBFloat16(float number) {
  uint32_t bits = std::bit_cast<uint32_t>(number);
  if (std::isnan(number))
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float fromBFloat16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

} // namespace transept::emit
