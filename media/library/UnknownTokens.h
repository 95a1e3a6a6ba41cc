// SPDX-License-Identifier: Apache-2.0
//
// Results in which the target's vocabulary lacks something: what stands there in the source, by the
// cross-attention of the last layer.

#ifndef TRANSEPT_MEDIA_LIBRARY_UNKNOWNTOKENS_H
#define TRANSEPT_MEDIA_LIBRARY_UNKNOWNTOKENS_H

#include "media/library/GenerationSources.h"
#include "media/library/TextModel.h"

namespace transept::media {

class UnknownTokens {
public:
  /// `text` must outlive this.
  explicit UnknownTokens(const transept_text &text) : text(text) {}

  bool areIn(std::span<const int32_t> ids) const;
  /// The text of `ids`, which were generated from `source`, the encoded ids of `piece`. Throws
  /// Error.
  std::string decode(std::span<const int32_t> ids, transept_source *source,
                     const GenerationPiece &piece, const text::DecodeOptions &options) const;

private:
  std::vector<float> attention(std::span<const int32_t> ids, transept_source *source,
                               size_t keyCount) const;
  std::vector<std::string> sourceTexts(const GenerationPiece &piece) const;

  const transept_text &text;
};

} // namespace transept::media

#endif
