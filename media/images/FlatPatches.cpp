// SPDX-License-Identifier: Apache-2.0
//
// The original normalizes the image before torch resizes it: two passes with a triangle that widens
// when the image shrinks, columns first, in floats.

#include "media/images/FlatPatches.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace transept::features {

namespace {

/// What one output position reads.
struct Taps {
  size_t first = 0;
  std::vector<float> weights; // their sum is 1
};

std::vector<Taps> triangleTaps(size_t inputSize, size_t outputSize) {
  // Rounded to floats where the original is.
  const float scale = float(inputSize) / float(outputSize), stretch = std::max(scale, 1.0F);
  const float inverse = 1 / stretch;
  std::vector<Taps> taps(outputSize);
  for (size_t output = 0; output < outputSize; ++output) {
    float center = scale * (float(output) + 0.5F);
    auto first = size_t(std::max(0.0, double(center - stretch) + 0.5));
    auto end = std::min(inputSize, size_t(double(center + stretch) + 0.5));
    Taps &own = taps[output];
    own.first = first;
    float sum = 0;
    for (size_t input = first; input < end; ++input) {
      auto distance = float((double(float(input) - center) + 0.5) * double(inverse));
      own.weights.push_back(std::max(0.0F, 1 - std::abs(distance)));
      sum += own.weights.back();
    }
    for (float &weight : own.weights)
      weight = sum != 0 ? weight / sum : weight;
  }
  return taps;
}

/// What each of the 256 levels becomes: the mean and the deviation are those of all numbers of the
/// image, but the deviation is never so small that noise of one level counts much.
std::array<float, 256> normalizedLevels(const Image &image) {
  std::array<double, 256> counts{};
  for (uint8_t level : image.pixels)
    ++counts[level];
  auto total = double(image.pixels.size());
  double sum = 0, squares = 0;
  for (size_t level = 0; level < counts.size(); ++level)
    sum += counts[level] * double(level);
  double mean = sum / total;
  for (size_t level = 0; level < counts.size(); ++level)
    squares += counts[level] * (double(level) - mean) * (double(level) - mean);
  auto deviation = float(std::max(std::sqrt(squares / total), 1 / std::sqrt(total)));
  std::array<float, 256> levels{};
  for (size_t level = 0; level < levels.size(); ++level)
    levels[level] = (float(level) - float(mean)) / deviation;
  return levels;
}

/// [size.height, size.width, 3].
std::vector<float> resizeNormalized(const Image &image, ImageSize size) {
  const std::array<float, 256> levels = normalizedLevels(image);
  std::vector<Taps> columns = triangleTaps(image.width, size.width);
  std::vector<Taps> lines = triangleTaps(image.height, size.height);
  std::vector<float> result(size.height * size.width * 3);
  size_t numbers = size.width * 3;
  // Neighbouring lines of the result share some of the image's, which are made narrow once.
  std::vector<std::vector<float>> narrow(image.height);
  for (size_t y = 0, passed = 0; y < size.height; ++y) {
    const Taps &own = lines[y];
    for (; passed < own.first; ++passed)
      narrow[passed] = {};
    for (size_t tap = 0; tap < own.weights.size(); ++tap) {
      std::vector<float> &from = narrow[own.first + tap];
      const uint8_t *pixels = &image.pixels[(own.first + tap) * image.width * 3];
      for (size_t x = 0; from.size() != numbers && x < size.width; ++x)
        for (size_t channel = 0; channel < 3; ++channel) {
          float sum = 0;
          for (size_t each = 0; each < columns[x].weights.size(); ++each)
            sum +=
                levels[pixels[(columns[x].first + each) * 3 + channel]] * columns[x].weights[each];
          from.push_back(sum);
        }
      for (size_t number = 0; number < numbers; ++number)
        result[y * numbers + number] += from[number] * own.weights[tap];
    }
  }
  return result;
}

} // namespace

ImageSize flatPatchGrid(ImageSize image, const FlatPatchSettings &settings) {
  // In this order of operations, whose rounding decides some sizes.
  double most = double(settings.maximumPatches);
  double scale = std::sqrt(most * (double(settings.patch.height) / double(image.height)) *
                           (double(settings.patch.width) / double(image.width)));
  auto fitting = [&](size_t side, size_t patch) {
    double count = std::floor(scale * double(side) / double(patch));
    return std::max<size_t>(1, size_t(std::min(count, most)));
  };
  return {fitting(image.height, settings.patch.height), fitting(image.width, settings.patch.width)};
}

Features flatPatches(const Image &image, const FlatPatchSettings &settings) {
  ImageSize grid = flatPatchGrid({image.height, image.width}, settings), patch = settings.patch;
  ImageSize size = {grid.height * patch.height, grid.width * patch.width};
  std::vector<float> pixels = resizeNormalized(image, size);
  Features features{.rows = grid.height * grid.width, .width = settings.width()};
  features.values.reserve(features.rows * features.width);
  for (size_t line = 0; line < grid.height; ++line)
    for (size_t column = 0; column < grid.width; ++column) {
      features.values.push_back(float(line + 1));
      features.values.push_back(float(column + 1));
      for (size_t y = 0; y < patch.height; ++y) {
        auto from = pixels.begin() +
                    ptrdiff_t(((line * patch.height + y) * size.width + column * patch.width) * 3);
        features.values.insert(features.values.end(), from, from + ptrdiff_t(patch.width * 3));
      }
    }
  return features;
}

} // namespace transept::features
