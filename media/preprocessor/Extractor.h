// SPDX-License-Identifier: Apache-2.0
//
// Sound and image files to the rows that a compiled encoder takes, as the checkpoint's own
// preprocessor does it.

#ifndef TRANSEPT_MEDIA_PREPROCESSOR_EXTRACTOR_H
#define TRANSEPT_MEDIA_PREPROCESSOR_EXTRACTOR_H

#include "base/Error.h"
#include "media/features/Features.h"
#include "media/preprocessor/Settings.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace transept::features {

/// What preprocessor_config.json does not say.
struct ExtractorOptions {
  /// Side of the encoder's patches; needed for images.
  size_t patchSize = 0;
  /// Rows are the lines of images in place of patches.
  bool cutsLines = false;
  /// Of models that read samples.
  size_t samplesPerRow = 1;
  /// The class where the file names none, e.g. "ViTImageProcessor"; empty: that is an error.
  std::string defaultType = {};
  /// What errors call the file.
  std::string name = "preprocessor_config.json";
};

struct ExtractOptions {
  /// Sounds for models with a fixed window are cut or filled with silence to its length. Without,
  /// there are as many rows as the sound has.
  bool isPadded = true;
  /// More rows than this are of no use: the rest of a long sound is not decoded, and where every
  /// row depends on all of it, a longer one is refused.
  size_t enoughRows = std::numeric_limits<size_t>::max();
};

/// Equal to the extractors of transformers 4.44. Immutable: any number of threads may use one.
class Extractor {
public:
  /// `config` is the text of preprocessor_config.json. Throws InputError.
  explicit Extractor(std::string_view config, const ExtractorOptions &options = {});

  /// Throws InputError for a file that cannot be read or is not what the extractor takes.
  Features extract(const std::string &path, const ExtractOptions &options = {}) const;
  /// The same for a file in memory; `name` begins errors.
  Features extractBytes(std::string_view bytes, const std::string &name,
                        const ExtractOptions &options = {}) const;

  /// Width of the rows of every result.
  size_t width() const;
  /// Rows of padded results, and of images, where they are the same for all files.
  std::optional<size_t> rowCount() const;
  /// The settings of sounds that are cut into windows; null for others.
  const WhisperSettings *windows() const { return std::get_if<WhisperSettings>(&settings); }
  /// Whether it takes images rather than sounds.
  bool takesImages() const {
    return std::holds_alternative<ImageSettings>(settings) ||
           std::holds_alternative<FlatPatchSettings>(settings);
  }
  /// Fields of the config that were not understood.
  const std::vector<std::string> &warnings() const { return notes; }

private:
  std::vector<std::string> notes;
  Settings settings;
  size_t patchSize, samplesPerRow;
  bool cutsLines;
};

} // namespace transept::features

#endif
