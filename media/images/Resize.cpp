// SPDX-License-Identifier: Apache-2.0
//
// Two passes, rows first. Weights have 22 fractional bits, so that a sum of 8-bit values with
// weights of either sign fits into 32 bits.

#include "media/images/Image.h"

#include <algorithm>
#include <cmath>

namespace transept::features {

namespace {

constexpr int fractionBits = 22;

/// What one output position reads.
struct Taps {
  size_t first = 0;
  std::vector<int32_t> weights;
};

double weightAt(double distance, Filter filter) {
  distance = std::abs(distance);
  if (filter == Filter::bilinear)
    return std::max(0.0, 1 - distance);
  constexpr double sharpness = -0.5;
  if (distance < 1)
    return ((sharpness + 2) * distance - (sharpness + 3)) * distance * distance + 1;
  if (distance < 2)
    return (((distance - 5) * distance + 8) * distance - 4) * sharpness;
  return 0;
}

int32_t toFixed(double weight) {
  double scaled = weight * (1 << fractionBits);
  return int32_t(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/// Conversions to integers cut off the fraction, as the original's do.
std::vector<Taps> computeTaps(size_t inputSize, size_t outputSize, Filter filter) {
  double scale = double(inputSize) / double(outputSize);
  double stretch = std::max(scale, 1.0);
  double support = (filter == Filter::bilinear ? 1 : 2) * stretch;
  double inverse = 1 / stretch;
  std::vector<Taps> taps(outputSize);
  std::vector<double> weights;
  for (size_t output = 0; output < outputSize; ++output) {
    double center = (double(output) + 0.5) * scale;
    auto first = size_t(std::max(0.0, center - support + 0.5));
    auto end = std::min(inputSize, size_t(center + support + 0.5));
    weights.clear();
    double sum = 0;
    for (size_t input = first; input < end; ++input) {
      // In this order of operations, whose rounding decides some weights.
      double position = double(input) - center + 0.5;
      weights.push_back(weightAt(position * inverse, filter));
      sum += weights.back();
    }
    taps[output].first = first;
    for (double weight : weights)
      taps[output].weights.push_back(toFixed(sum != 0 ? weight / sum : weight));
  }
  return taps;
}

/// The weighted sum of samples that lie `stride` apart, rounded to 8 bits.
uint8_t weigh(const uint8_t *samples, size_t stride, const std::vector<int32_t> &weights) {
  int32_t sum = 1 << (fractionBits - 1);
  for (int32_t weight : weights) {
    sum += *samples * weight;
    samples += stride;
  }
  return uint8_t(std::clamp(sum >> fractionBits, 0, 255));
}

} // namespace

Image resizeImage(const Image &image, size_t width, size_t height, Filter filter) {
  Image wide = image;
  if (width != image.width) {
    wide = Image(width, image.height);
    std::vector<Taps> taps = computeTaps(image.width, width, filter);
    for (size_t y = 0; y < image.height; ++y)
      for (size_t x = 0; x < width; ++x)
        for (size_t channel = 0; channel < 3; ++channel)
          wide.pixels[(y * width + x) * 3 + channel] = weigh(
              &image.pixels[(y * image.width + taps[x].first) * 3 + channel], 3, taps[x].weights);
  }
  if (height == image.height)
    return wide;
  Image result(width, height);
  std::vector<Taps> taps = computeTaps(image.height, height, filter);
  size_t rowBytes = width * 3;
  for (size_t y = 0; y < height; ++y)
    for (size_t byte = 0; byte < rowBytes; ++byte)
      result.pixels[y * rowBytes + byte] =
          weigh(&wide.pixels[taps[y].first * rowBytes + byte], rowBytes, taps[y].weights);
  return result;
}

} // namespace transept::features
