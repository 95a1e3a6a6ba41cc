// SPDX-License-Identifier: Apache-2.0
//
// preprocessor_config.json, or what transformers 5 writes in its place: which extractor a
// checkpoint wants, and with which numbers. A field that would change the result and is not
// supported is an error; one that is not known is a warning.

#ifndef TRANSEPT_MEDIA_PREPROCESSOR_SETTINGS_H
#define TRANSEPT_MEDIA_PREPROCESSOR_SETTINGS_H

#include "media/images/FlatPatches.h"
#include "media/sound/SpeechFeatures.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace transept::features {

using Settings = std::variant<WhisperSettings, Speech2TextSettings, StackedSettings,
                              WaveformSettings, ParakeetSettings, ImageSettings, FlatPatchSettings>;

/// Reads the file's text; what is absent has the default of the class in transformers 4.44.
/// `defaultType` is the class where the file names none, or empty. `name` begins errors and
/// warnings. Throws InputError.
Settings readSettings(std::string_view text, const std::string &name,
                      const std::string &defaultType, std::vector<std::string> &warnings);

} // namespace transept::features

#endif
