// SPDX-License-Identifier: Apache-2.0
//
// What the decoder's last layer looks at in a source, for given ids.

#ifndef TRANSEPT_MEDIA_LIBRARY_LASTCROSSATTENTION_H
#define TRANSEPT_MEDIA_LIBRARY_LASTCROSSATTENTION_H

#include "media/library/TextModel.h"

#include <span>
#include <vector>

namespace transept::media {

struct LastCrossAttention {
  size_t heads;
  std::vector<float> weights; // [heads, ids, source length]
};

/// Runs the decoder once over `ids`, one or more; `sourceLength` are the rows of the source. Throws
/// Error; the model has a cross-attention.
LastCrossAttention lastCrossAttention(const transept_text &text, transept_source *source,
                                      std::span<const int32_t> ids, size_t sourceLength);

} // namespace transept::media

#endif
