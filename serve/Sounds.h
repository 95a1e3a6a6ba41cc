// SPDX-License-Identifier: Apache-2.0
//
// What all protocols of sounds share: a sound as features, and segments as texts.

#ifndef TRANSEPT_SERVE_SOUNDS_H
#define TRANSEPT_SERVE_SOUNDS_H

#include "serve/Service.h"

#include "media/sound/WhisperSound.h"

#include "transept/long_speech.h"

namespace transept::serve {

/// The rows of `sound`, which must outlive them.
SoundFeatures featuresOf(features::WhisperSound &sound);

/// What is said in a segment, without timestamps.
std::string textOf(const ServedModel &served, const SoundSegment &segment);

/// As the route transcribes where nothing else is asked for.
SoundOptions soundOptions(const std::string &language, SpeechTask task, const Call &call);

} // namespace transept::serve

#endif
