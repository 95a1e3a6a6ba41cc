// SPDX-License-Identifier: Apache-2.0
//
// The features of a sound of any length, without ever having all of it in memory: what
// whisperFeatures() makes of the whole, bit by bit. Each frame's floor depends on the loudest of
// all frames, so the sound is read once for that, and once more for the frames themselves.

#ifndef TRANSEPT_MEDIA_SOUND_WHISPERSOUND_H
#define TRANSEPT_MEDIA_SOUND_WHISPERSOUND_H

#include "media/sound/Samples.h"
#include "media/sound/SpeechFeatures.h"

#include <limits>

namespace transept::features {

/// Seconds of a sound.
struct SoundPart {
  double begin = 0;
  double length = std::numeric_limits<double>::infinity();
};

class WhisperFrames;

class WhisperSound {
public:
  /// Reads all of the sound. The part is as if the sound had nothing else. `name` begins errors.
  /// Throws InputError for what is no sound, is damaged, or ends before the part begins.
  WhisperSound(SampleSource samples, const std::string &name, const WhisperSettings &settings,
               SoundPart part = {});
  WhisperSound(WhisperSound &&) noexcept;
  ~WhisperSound();

  /// Of the part.
  double seconds() const { return double(sampleCount) / settings.sampleRate; }
  /// A part of one chunk or less is filled up with silence to a chunk.
  size_t frameCount() const;
  /// Frames [count, mels] from `begin` on, which never decreases.
  std::vector<float> read(size_t begin, size_t count);

private:
  WhisperFrames frames() const;
  std::vector<float> allSamples() const;
  bool isShort() const { return sampleCount <= settings.chunkSamples(); }

  SampleSource samples;
  std::string name;
  WhisperSettings settings;
  SoundPart part;
  size_t sampleCount = 0;
  float floor = 0;
  std::unique_ptr<WhisperFrames> source; // of what is not in `held`
  std::vector<float> held;               // frames from `heldBegin` on, not yet floored
  size_t heldBegin = 0;
};

} // namespace transept::features

#endif
