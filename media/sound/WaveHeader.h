// SPDX-License-Identifier: Apache-2.0
//
// What libsndfile forgives and we do not: a WAV file that has been cut off.

#ifndef TRANSEPT_MEDIA_SOUND_WAVEHEADER_H
#define TRANSEPT_MEDIA_SOUND_WAVEHEADER_H

#include "media/sound/SoundBytes.h"

namespace transept::features {

/// Throws InputError when a RIFF file declares more sample data than it has. Other files pass, and
/// so do lengths that writers to a pipe leave open.
void checkWaveHeader(const SoundBytes &bytes, const std::string &name);

} // namespace transept::features

#endif
