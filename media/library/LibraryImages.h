// SPDX-License-Identifier: Apache-2.0
//
// A program's images as the features of a library's model.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYIMAGES_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYIMAGES_H

#include "media/images/FlatPatches.h"

#include "transept/image_abi.h"

#include <variant>

namespace transept::media {

/// By the preprocessor that the library carries.
class LibraryImages {
public:
  /// Throws Error where the library's model does not look at images, or its
  /// preprocessor_config.json does not fit it.
  explicit LibraryImages(const transept_model_table &table);

  /// Throws InputError unless `read` can read it.
  void check(const transept_image &image) const;
  /// The patches, or the lines of a model that reads prompts behind them. Throws InputError as
  /// `check`.
  features::Features read(const transept_image &image) const;

private:
  const transept_model_table &table;
  uint64_t rowCount(const transept_image &image) const;

  std::variant<features::ImageSettings, features::FlatPatchSettings> settings;
  size_t patchSide; // of those that are cut
};

} // namespace transept::media

#endif
