// SPDX-License-Identifier: Apache-2.0
//
// Eigen's FFT does the transforms: header only, double precision, any length.

#include "media/sound/Spectrum.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>
#include <unsupported/Eigen/FFT>

namespace transept::features {

namespace {

/// The samples of a frame as they go into the transform; what lies behind the frame stays zero.
void prepareFrame(std::span<const double> samples, const FrameSettings &settings,
                  std::span<double> frame) {
  size_t length = settings.window.size();
  std::copy(samples.begin(), samples.end(), frame.begin());
  if (settings.subtractsMean) {
    double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / double(length);
    for (double &sample : frame.first(length))
      sample -= mean;
  }
  if (settings.preemphasis != 0) {
    // From the end, because each sample needs the one before it as it was.
    for (size_t index = length; index-- > 1;)
      frame[index] -= settings.preemphasis * frame[index - 1];
    frame[0] *= 1 - settings.preemphasis;
  }
  for (size_t index = 0; index < length; ++index)
    frame[index] *= settings.window[index];
}

/// Filters are zero nearly everywhere: the bins from the first to the last other value.
struct Band {
  size_t begin = 0, end = 0;
};

std::vector<Band> findBands(const Matrix &filters) {
  std::vector<Band> bands(filters.rows);
  for (size_t filter = 0; filter < filters.rows; ++filter) {
    auto weights = filters.row(filter);
    auto isUsed = [](double weight) { return weight != 0; };
    auto first = std::find_if(weights.begin(), weights.end(), isUsed);
    auto last = std::find_if(weights.rbegin(), weights.rend(), isUsed);
    if (first != weights.end())
      bands[filter] = {size_t(first - weights.begin()), size_t(last.base() - weights.begin())};
  }
  return bands;
}

} // namespace

size_t countFrames(size_t samples, const FrameSettings &settings) {
  size_t length = settings.window.size();
  return samples < length ? 0 : 1 + (samples - length) / settings.hop;
}

Matrix melEnergies(std::span<const double> samples, const FrameSettings &settings,
                   const Matrix &filters) {
  std::vector<Band> bands = findBands(filters);
  Matrix energies(countFrames(samples.size(), settings), filters.rows);
  Eigen::FFT<double> transform;
  transform.SetFlag(Eigen::FFT<double>::HalfSpectrum);
  std::vector<double> frame(settings.transform), power(filters.columns);
  std::vector<std::complex<double>> spectrum(settings.transform / 2 + 1);
  for (size_t index = 0; index < energies.rows; ++index) {
    prepareFrame(samples.subspan(index * settings.hop, settings.window.size()), settings, frame);
    transform.fwd(spectrum.data(), frame.data(), static_cast<Eigen::Index>(frame.size()));
    for (size_t bin = 0; bin < power.size(); ++bin)
      power[bin] = std::norm(spectrum[bin]);
    for (size_t filter = 0; filter < filters.rows; ++filter) {
      double energy = 0;
      for (size_t bin = bands[filter].begin; bin < bands[filter].end; ++bin)
        energy += filters.row(filter)[bin] * power[bin];
      energies.row(index)[filter] = energy;
    }
  }
  return energies;
}

std::vector<double> periodicHannWindow(size_t length) {
  std::vector<double> window(length);
  for (size_t index = 0; index < length; ++index)
    window[index] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * double(index) / double(length));
  return window;
}

std::vector<double> hannWindow(size_t length) {
  std::vector<double> window = periodicHannWindow(length - 1);
  window.push_back(0);
  return window;
}

std::vector<double> poveyWindow(size_t length) {
  std::vector<double> window = hannWindow(length);
  for (double &weight : window)
    weight = std::pow(weight, 0.85);
  return window;
}

} // namespace transept::features
