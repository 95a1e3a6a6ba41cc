// SPDX-License-Identifier: Apache-2.0
//
// Corners of the triangles lie evenly on the mel scale; each triangle begins at the top of the one
// before it and ends at the top of the one after it.

#include "media/sound/MelFilters.h"

#include <algorithm>
#include <cmath>

namespace transept::features {

namespace {

// Slaney's scale: 3 mels are 200 Hz up to 1 kHz = 15 mels, then 27 mels are a factor of 6.4.
constexpr double linearEnd = 1000, linearEndMel = 15;

double slaneyMel(double frequency) {
  if (frequency < linearEnd)
    return 3 * frequency / 200;
  return linearEndMel + std::log(frequency / linearEnd) * (27 / std::log(6.4));
}

double slaneyFrequency(double mel) {
  if (mel < linearEndMel)
    return 200 * mel / 3;
  return linearEnd * std::exp((std::log(6.4) / 27) * (mel - linearEndMel));
}

double kaldiMel(double frequency) {
  return 1127 * std::log(1 + frequency / 700);
}

std::vector<double> evenlySpaced(double first, double last, size_t count) {
  std::vector<double> values(count);
  double step = (last - first) / double(count - 1);
  for (size_t index = 0; index < count; ++index)
    values[index] = first + step * double(index);
  values.back() = last;
  return values;
}

/// `corners` are two more than filters; `positions` are those of the bins, on the same scale.
Matrix triangles(const std::vector<double> &corners, const std::vector<double> &positions) {
  Matrix filters(corners.size() - 2, positions.size());
  for (size_t filter = 0; filter < filters.rows; ++filter) {
    double left = corners[filter], top = corners[filter + 1], right = corners[filter + 2];
    for (size_t bin = 0; bin < positions.size(); ++bin) {
      double rise = (positions[bin] - left) / (top - left);
      double fall = (right - positions[bin]) / (right - top);
      filters.row(filter)[bin] = std::max(0.0, std::min(rise, fall));
    }
  }
  return filters;
}

} // namespace

Matrix slaneyFilters(const MelSettings &settings) {
  std::vector<double> corners =
      evenlySpaced(slaneyMel(settings.minimumFrequency), slaneyMel(settings.maximumFrequency),
                   settings.filters + 2);
  std::transform(corners.begin(), corners.end(), corners.begin(), slaneyFrequency);
  Matrix filters =
      triangles(corners, evenlySpaced(0, settings.sampleRate / 2, settings.transform / 2 + 1));
  for (size_t filter = 0; filter < filters.rows; ++filter)
    for (double &weight : filters.row(filter))
      weight *= 2 / (corners[filter + 2] - corners[filter]);
  return filters;
}

Matrix kaldiFilters(const MelSettings &settings) {
  std::vector<double> corners =
      evenlySpaced(kaldiMel(settings.minimumFrequency), kaldiMel(settings.maximumFrequency),
                   settings.filters + 2);
  std::vector<double> positions(settings.transform / 2 + 1);
  double binWidth = settings.sampleRate / double(settings.transform);
  for (size_t bin = 0; bin < positions.size(); ++bin)
    positions[bin] = kaldiMel(binWidth * double(bin));
  Matrix filters = triangles(corners, positions);
  for (size_t filter = 0; filter < filters.rows; ++filter)
    filters.row(filter).back() = 0;
  return filters;
}

} // namespace transept::features
