// SPDX-License-Identifier: Apache-2.0
//
// Triangular filters that are evenly spaced on a mel scale: the two kinds that speech models use.

#ifndef TRANSEPT_MEDIA_SOUND_MELFILTERS_H
#define TRANSEPT_MEDIA_SOUND_MELFILTERS_H

#include "media/sound/Spectrum.h"

namespace transept::features {

struct MelSettings {
  size_t filters = 80;
  /// Length of the transform whose power spectrum is filtered.
  size_t transform = 400;
  double sampleRate = 16000;
  double minimumFrequency = 0, maximumFrequency = 8000;
};

/// Slaney's scale (linear below 1 kHz) and norm (filters of equal area), triangles over
/// frequencies; librosa's default. [filters, transform / 2 + 1]
Matrix slaneyFilters(const MelSettings &settings);

/// Kaldi's scale, triangles over mels, no norm. The last bin, at half the sample rate, has weight
/// zero in every filter. [filters, transform / 2 + 1]
Matrix kaldiFilters(const MelSettings &settings);

} // namespace transept::features

#endif
