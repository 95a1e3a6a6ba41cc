// SPDX-License-Identifier: Apache-2.0
//
// Where the tokens of one generated sequence are in its text and in its source's, and what the
// model looked at as it produced them.

#ifndef TRANSEPT_MEDIA_LIBRARY_SEQUENCEPLACES_H
#define TRANSEPT_MEDIA_LIBRARY_SEQUENCEPLACES_H

#include "media/library/GenerationSources.h"
#include "media/library/TextModel.h"

namespace transept::media {

struct SequencePlaces {
  std::vector<transept_byte_range> target, source;
  std::vector<int32_t> sourceIds;
  std::vector<float> weights; // [sequence's length, sourceLength]
  uint64_t sourceLength = 0;

  /// Points into this.
  transept_token_places view() const;
};

/// Throws Error where the model has no cross-attention and weights are asked for.
void checkPlaces(const transept_text &text, const transept_text_options &options);

/// `begin` is where the sequence's text begins in its result.
SequencePlaces placesOf(const transept_text &text, const transept_text_options &options,
                        const GenerationPiece &piece, transept_source *source,
                        const transept_sequence &sequence, const text::DecodeOptions &decoding,
                        size_t begin);

} // namespace transept::media

#endif
