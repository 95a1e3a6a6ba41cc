// SPDX-License-Identifier: Apache-2.0
//
// Block by block, as files are read.

#include "media/sound/RawSamples.h"

#include "base/Error.h"
#include "media/sound/Resampler.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>

namespace transept::features {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr size_t blockFrames = 4096;

size_t bytesOf(RawKind kind) {
  return kind == RawKind::S16 ? sizeof(int16_t) : sizeof(float);
}

class RawReader final : public SampleReader {
public:
  RawReader(std::shared_ptr<const SoundBytes> bytes, const RawFormat &format, int rate,
            const std::string &name)
      : bytes(std::move(bytes)), format(format), name(name),
        resampler(format.pcm.sampleRate, rate) {}

  bool read(std::vector<float> &samples) override {
    if (position == bytes->size())
      return false;
    size_t frame = bytesOf(format.kind) * size_t(format.pcm.channels);
    block.resize(std::min(bytes->size() - position, blockFrames * frame));
    if (bytes->read(position, block.data(), block.size()) != block.size())
      throw InputError(fmt::format("{}: the sound has changed", name));
    position += block.size();
    frames.clear();
    for (size_t at = 0; at < block.size(); at += bytesOf(format.kind))
      frames.push_back(sampleAt(at));
    mono.clear();
    averageChannels(frames, format.pcm.channels, name, mono);
    resampler.append(mono, /*isLast=*/position == bytes->size(), samples);
    return true;
  }

private:
  float sampleAt(size_t at) const {
    if (format.kind == RawKind::S16) {
      int16_t level = 0;
      std::memcpy(&level, &block[at], sizeof(level));
      return float(level) / 32768;
    }
    float level = 0;
    std::memcpy(&level, &block[at], sizeof(level));
    return level;
  }

  std::shared_ptr<const SoundBytes> bytes;
  const RawFormat format;
  const std::string name;
  Resampler resampler;
  size_t position = 0;
  std::vector<char> block;
  std::vector<float> frames, mono;
};

} // namespace

SampleSource samplesOfRaw(std::shared_ptr<const SoundBytes> bytes, const RawFormat &format,
                          int rate, const std::string &name) {
  checkFormat(format.pcm, name);
  if (bytes->size() == 0)
    throw InputError(fmt::format("{}: there are no samples in it", name));
  size_t frame = bytesOf(format.kind) * size_t(format.pcm.channels);
  if (bytes->size() % frame != 0)
    throw InputError(fmt::format("{}: {} bytes are no whole frames of {} bytes ({} channels)", name,
                                 bytes->size(), frame, format.pcm.channels));
  return [=] { return std::make_unique<RawReader>(bytes, format, rate, name); };
}

} // namespace transept::features
