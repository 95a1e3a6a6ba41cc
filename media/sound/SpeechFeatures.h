// SPDX-License-Identifier: Apache-2.0
//
// Samples to the rows that speech encoders take, equal to the extractors of transformers 4.44.

#ifndef TRANSEPT_MEDIA_SOUND_SPEECHFEATURES_H
#define TRANSEPT_MEDIA_SOUND_SPEECHFEATURES_H

#include "media/features/Features.h"

#include <span>
#include <string>

namespace transept::features {

/// Defaults are those of WhisperFeatureExtractor.
struct WhisperSettings {
  size_t mels = 80;
  int sampleRate = 16000;
  size_t hop = 160;
  size_t transform = 400;
  size_t chunkSeconds = 30;

  size_t chunkSamples() const { return chunkSeconds * size_t(sampleRate); }
};

/// Defaults are those of Speech2TextFeatureExtractor.
struct Speech2TextSettings {
  size_t mels = 80;
  int sampleRate = 16000;
  bool normalizesMeans = true, normalizesVariances = true;
};

constexpr size_t speech2TextRowsPerSecond = 100;

/// Defaults are those of SeamlessM4TFeatureExtractor.
struct StackedSettings {
  size_t mels = 80;
  int sampleRate = 16000;
  static constexpr size_t framesPerRow = 2;

  size_t width() const { return framesPerRow * mels; }
};

constexpr size_t stackedRowsPerSecond = speech2TextRowsPerSecond / StackedSettings::framesPerRow;

/// Defaults are those of Wav2Vec2FeatureExtractor.
struct WaveformSettings {
  int sampleRate = 16000;
  bool normalizes = true;
};

/// Defaults are those of ParakeetFeatureExtractor.
struct ParakeetSettings {
  size_t mels = 80;
  int sampleRate = 16000;
  size_t hop = 160;
  size_t transform = 512;
  size_t window = 400;
  double preemphasis = 0.97;
  /// How much noise is added, always the same to sounds of one length.
  double dither = 0;
};

/// Logarithms of mel energies, one row a frame of `hop` samples, floored 80 dB below the loudest
/// and scaled. Samples are cut or padded with silence to a chunk, unless `isPadded` is false;
/// sounds of less than a hop have no row then. `name` begins errors.
Features whisperFeatures(std::span<const float> samples, const WhisperSettings &settings,
                         bool isPadded, const std::string &name);

/// Kaldi's filter bank features, one row each 10 ms, with mean 0 and deviation 1 in each column
/// over the whole sound. A column that never changes gets 0 where the original divides by zero.
Features speech2TextFeatures(std::span<const float> samples, const Speech2TextSettings &settings,
                             const std::string &name);

/// Kaldi's filter bank features with mean 0 and deviation 1 in each column over the whole sound,
/// two frames of 10 ms beside one another in each row. A last frame alone has no row: the original
/// hides it from the layers. Throws InputError for sounds of less than two frames.
Features stackedFeatures(std::span<const float> samples, const StackedSettings &settings,
                         const std::string &name);

/// Logarithms of mel energies, one row a whole hop of samples, with mean 0 and deviation 1 in each
/// column over the whole sound. Throws InputError for sounds of less than two hops, of which the
/// original makes no numbers.
Features parakeetFeatures(std::span<const float> samples, const ParakeetSettings &settings,
                          const std::string &name);

/// Samples, normalized over the whole sound if so wanted, in rows of `width`. What does not fill
/// the last row is silence there: models that read frames do not see a part of one.
Features waveformFeatures(std::vector<float> samples, const WaveformSettings &settings,
                          size_t width = 1);

} // namespace transept::features

#endif
