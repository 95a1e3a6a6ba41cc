// SPDX-License-Identifier: Apache-2.0
//
// Sound files as samples of one channel at the rate that a model wants.

#ifndef TRANSEPT_MEDIA_SOUND_SOUND_H
#define TRANSEPT_MEDIA_SOUND_SOUND_H

#include "media/sound/Samples.h"
#include "media/sound/SoundBytes.h"

#include <limits>
#include <vector>

namespace transept::features {

/// Sounds that would be longer are refused, so that a small file cannot fill the memory.
constexpr size_t maximumSoundSeconds = 2 * 60 * 60;

struct SoundOptions {
  /// Samples per second of the result; files of another rate are resampled.
  int sampleRate = 16000;
  /// Reading stops after so many samples of the result; the rest of the file is not looked at.
  size_t enoughSamples = std::numeric_limits<size_t>::max();
  /// Sounds that are longer, or say so in front, are refused unless `enoughSamples` is reached.
  size_t longestSeconds = maximumSoundSeconds;
};

/// A sound that is decoded block by block: what is held is one block, whatever its length.
class SoundReader final : public SampleReader {
public:
  /// Begins a WAV, FLAC, Ogg or MP3 file. The channels are averaged. `name` begins every error.
  /// Throws InputError for what is no sound file or is empty. Of `options`, only the rate matters.
  SoundReader(std::shared_ptr<const SoundBytes> bytes, const std::string &name,
              const SoundOptions &options = {});
  ~SoundReader() override;

  /// Throws InputError for a file that ends early or is damaged, and samples that are not finite.
  bool read(std::vector<float> &samples) override;
  /// As the file says, in seconds; infinite where it does not.
  double declaredSeconds() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

/// A file's samples by SoundReader.
SampleSource samplesOfFile(std::shared_ptr<const SoundBytes> bytes, const std::string &name,
                           const SoundOptions &options = {});

/// Decodes WAV, FLAC, Ogg or MP3 from memory; the channels are averaged. Full scale is 1. `name`
/// begins every error. Throws InputError for what is no sound file, is empty, too long, ends early,
/// or has samples that are not finite.
std::vector<float> decodeSound(std::string_view bytes, const std::string &name,
                               const SoundOptions &options = {});

} // namespace transept::features

#endif
