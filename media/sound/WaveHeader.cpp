// SPDX-License-Identifier: Apache-2.0
//
// Walks the chunks of a RIFF file up to its data chunk.

#include "media/sound/WaveHeader.h"

#include "base/Error.h"

#include <cstdint>
#include <fmt/format.h>

namespace transept::features {

namespace {

/// A writer that cannot seek back declares the largest size or something near it.
constexpr uint32_t openLength = 0x7fff0000;
constexpr size_t riffHeaderBytes = 12, chunkHeaderBytes = 8;

uint32_t littleEndian(std::string_view bytes, size_t position) {
  uint32_t value = 0;
  for (size_t index = 4; index-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[position + index]);
  return value;
}

} // namespace

void checkWaveHeader(std::string_view bytes, const std::string &name) {
  if (!bytes.starts_with("RIFF"))
    return;
  size_t position = riffHeaderBytes;
  while (position + chunkHeaderBytes <= bytes.size()) {
    uint32_t length = littleEndian(bytes, position + 4);
    size_t present = bytes.size() - position - chunkHeaderBytes;
    if (bytes.substr(position, 4) == "data") {
      if (length < openLength && length > present)
        throw InputError(fmt::format("{}: the file ends early: {} of {} bytes of samples are there",
                                     name, present, length));
      return;
    }
    // Chunks begin at even offsets.
    position += chunkHeaderBytes + length + length % 2;
  }
  throw InputError(fmt::format("{}: the WAV file ends before its samples begin", name));
}

} // namespace transept::features
