// SPDX-License-Identifier: Apache-2.0
//
// Bytes that are samples and nothing else: what says which is not in them.

#ifndef TRANSEPT_MEDIA_SOUND_RAWSAMPLES_H
#define TRANSEPT_MEDIA_SOUND_RAWSAMPLES_H

#include "media/sound/PcmSamples.h"
#include "media/sound/SoundBytes.h"

namespace transept::features {

/// Little-endian: signed integers of 16 bits, or floats of 32 whose full scale is 1.
enum class RawKind { S16, F32 };

struct RawFormat {
  PcmFormat pcm = {};
  RawKind kind = RawKind::S16;
};

/// Frames of interleaved channels, which are averaged, at `rate`. Throws InputError, with `name` at
/// its beginning, for a format that is not allowed, no samples, a frame that is cut, and (while
/// reading) samples that are not finite.
SampleSource samplesOfRaw(std::shared_ptr<const SoundBytes> bytes, const RawFormat &format,
                          int rate, const std::string &name);

} // namespace transept::features

#endif
