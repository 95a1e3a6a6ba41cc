// SPDX-License-Identifier: Apache-2.0
//
// Images as sources.

#ifndef TRANSEPT_MEDIA_LIBRARY_IMAGESOURCES_H
#define TRANSEPT_MEDIA_LIBRARY_IMAGESOURCES_H

#include "media/library/GenerationSources.h"
#include "media/library/LibraryImages.h"
#include "media/library/TextModel.h"

namespace transept::media {

class ImageSources final : public GenerationSources {
public:
  /// Throws Error where the model does not look at images, for options of texts, for a prompt that
  /// is refused, and for an image that is and is not to be skipped. The images must outlive this.
  ImageSources(const transept_text &text, std::span<const transept_image> images,
               const transept_text_options &options);

  std::vector<transept_source_input> inputsOf(std::span<const GenerationPiece> pieces) override;

private:
  const transept_model_table &table;
  LibraryImages reader;
  std::vector<int32_t> prompt; // of all images
  std::span<const transept_image> images;
  std::vector<features::Features> patches; // of the last inputs: those of all could be too much
};

} // namespace transept::media

#endif
