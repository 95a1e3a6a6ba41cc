// SPDX-License-Identifier: Apache-2.0
//
// Power spectra of overlapping frames of a sound, and what mel scales make of them. Everything is
// computed in double precision, as the numpy versions in transformers do.

#ifndef TRANSEPT_MEDIA_SOUND_SPECTRUM_H
#define TRANSEPT_MEDIA_SOUND_SPECTRUM_H

#include <cstddef>
#include <span>
#include <vector>

namespace transept::features {

/// What one frame goes through before its transform.
struct FrameSettings {
  /// Its length is that of a frame.
  std::vector<double> window;
  size_t hop = 160;
  /// Length of the transform, at least that of a frame; the rest is zero.
  size_t transform = 400;
  bool subtractsMean = false;
  /// Of each sample, this part of the one before it is taken away.
  double preemphasis = 0;
};

/// A rectangular array of doubles, row by row.
struct Matrix {
  size_t rows = 0, columns = 0;
  std::vector<double> values; // [rows, columns]

  Matrix(size_t rows, size_t columns) : rows(rows), columns(columns), values(rows * columns) {}
  std::span<double> row(size_t index) { return {values.data() + index * columns, columns}; }
  std::span<const double> row(size_t index) const {
    return {values.data() + index * columns, columns};
  }
};

/// Number of whole frames in so many samples.
size_t countFrames(size_t samples, const FrameSettings &settings);

/// Mel energies [frames, filters] of the whole frames of `samples`; `filters` is [filters, bins],
/// bins counted from frequency 0, at most transform / 2 + 1 of them.
Matrix melEnergies(std::span<const double> samples, const FrameSettings &settings,
                   const Matrix &filters);

/// 0.5 - 0.5 cos(2 pi i / length): a Hann window that continues periodically.
std::vector<double> periodicHannWindow(size_t length);

/// 0.5 - 0.5 cos(2 pi i / (length - 1)): a Hann window that begins and ends with zero.
std::vector<double> hannWindow(size_t length);

/// Kaldi's "Povey" window: a symmetric Hann window to the power 0.85.
std::vector<double> poveyWindow(size_t length);

} // namespace transept::features

#endif
