// SPDX-License-Identifier: Apache-2.0
//
// How well bytes compress tells how much they repeat themselves: the measure by which transcripts
// are judged (SoundOptions::compressedSize). It has to be zlib's to the byte, so it is zlib that
// computes it; here and not in the runtime, which has no dependency.

#ifndef TRANSEPT_MEDIA_LIBRARY_COMPRESSEDSIZE_H
#define TRANSEPT_MEDIA_LIBRARY_COMPRESSEDSIZE_H

#include <cstddef>
#include <string_view>

namespace transept::media {

/// The size of what zlib makes of the bytes at its default level, 6, with header and checksum.
size_t compressedSize(std::string_view bytes);

} // namespace transept::media

#endif
