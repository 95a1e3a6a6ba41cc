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

uint32_t littleEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t index = 4; index-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[index]);
  return value;
}

} // namespace

void checkWaveHeader(const SoundBytes &bytes, const std::string &name) {
  if (bytes.first(4) != "RIFF")
    return;
  size_t position = riffHeaderBytes;
  std::string header(chunkHeaderBytes, '\0');
  while (bytes.read(position, header.data(), header.size()) == header.size()) {
    uint32_t length = littleEndian(std::string_view(header).substr(4));
    size_t present = bytes.size() - position - chunkHeaderBytes;
    if (header.starts_with("data")) {
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
