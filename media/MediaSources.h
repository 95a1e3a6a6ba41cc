// SPDX-License-Identifier: Apache-2.0
//
// Sound and image files as sources of a library whose encoder reads features, by the
// preprocessor_config.json that the library carries.

#ifndef TRANSEPT_MEDIA_MEDIASOURCES_H
#define TRANSEPT_MEDIA_MEDIASOURCES_H

#include "media/preprocessor/Extractor.h"
#include "media/sound/RawSamples.h"
#include "media/sound/SoundBytes.h"
#include "media/sound/WhisperSound.h"

#include "transept/model.h"

namespace transept::media {

/// Rows of the encoder that `rows` rows of features become.
size_t encodedRows(const Model &model, size_t rows);

class MediaSources {
public:
  /// Throws std::exception where the library has no preprocessor_config.json, or one that does not
  /// fit the model. `keepsShort`: sounds are not filled up to the length that the model expects.
  /// `prompt`: ids of what is asked about images, where the model reads it.
  MediaSources(const Model &model, bool keepsShort, std::vector<Id> prompt = {});

  struct Rows {
    std::vector<float> values; // [rows, sourceFeatureWidth()]
    /// Rows that come from the file, the others being silence.
    size_t ownCount = 0;
    /// The file has more, which are left out.
    bool isCut = false;
  };

  /// Throws std::exception whose text begins with the file's name.
  Rows read(const std::string &file) const;

  /// A sound of any length; "-" is standard input. With `raw`, it is samples without a header.
  /// Throws std::exception whose text begins with the file's name, and where the library takes no
  /// sounds window by window.
  features::WhisperSound openSound(const std::string &file, features::SoundPart part = {},
                                   const std::optional<features::RawFormat> &raw = {}) const;
  /// The same for a file's bytes; `name` begins errors.
  features::WhisperSound openSound(std::shared_ptr<const features::SoundBytes> bytes,
                                   const std::string &name, features::SoundPart part = {},
                                   const std::optional<features::RawFormat> &raw = {}) const;

  bool takesImages() const { return extractor.takesImages(); }
  /// Whether sounds are normally filled up to one length.
  bool hasFixedLength() const { return model.sourceFeatureCount() != 0; }
  const std::vector<std::string> &warnings() const { return extractor.warnings(); }

private:
  size_t enoughRows() const;
  const features::WhisperSettings &windowsFor(const std::string &name) const;
  void check(const features::Features &rows, const std::string &file) const;

  const Model &model;
  features::Extractor extractor;
  bool keepsShort;
  std::vector<Id> prompt;
};

} // namespace transept::media

#endif
