// SPDX-License-Identifier: Apache-2.0
//
// Samples in a program's memory, of any rate and number of channels.

#ifndef TRANSEPT_MEDIA_SOUND_PCMSAMPLES_H
#define TRANSEPT_MEDIA_SOUND_PCMSAMPLES_H

#include "media/sound/Samples.h"

#include <cstddef>
#include <span>
#include <string>

namespace transept::features {

struct PcmFormat {
  int sampleRate = 16000, channels = 1;
};

/// Rates and channels that sounds may have, wherever they come from.
constexpr int minimumRate = 1000, maximumRate = 768000, maximumChannels = 64;
/// Throws InputError, with `name` at its beginning, for a format beyond these.
void checkFormat(const PcmFormat &format, const std::string &name);

/// Frames of interleaved channels, which are averaged, at `rate`. `samples` must outlive the
/// source. Throws InputError, with `name` at its beginning, for a format that is not allowed,
/// frames that are cut, no samples, and (while reading) samples that are not finite.
SampleSource samplesOfPcm(std::span<const float> samples, PcmFormat format, int rate,
                          const std::string &name);

/// Appends the mean of the channels of each frame. Throws InputError for what is not finite.
void averageChannels(std::span<const float> frames, int channels, const std::string &name,
                     std::vector<float> &mono);

} // namespace transept::features

#endif
