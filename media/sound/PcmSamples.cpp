// SPDX-License-Identifier: Apache-2.0
//
// What is held beside the program's samples is one block.

#include "media/sound/PcmSamples.h"

#include "base/Error.h"
#include "media/sound/Resampler.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace transept::features {

namespace {

constexpr size_t blockFrames = 4096;

class PcmReader final : public SampleReader {
public:
  PcmReader(std::span<const float> samples, PcmFormat format, int rate, const std::string &name)
      : rest(samples), channels(format.channels), name(name), resampler(format.sampleRate, rate) {}

  bool read(std::vector<float> &samples) override {
    if (rest.empty())
      return false;
    size_t count = std::min(rest.size(), blockFrames * size_t(channels));
    mono.clear();
    averageChannels(rest.first(count), channels, name, mono);
    rest = rest.subspan(count);
    resampler.append(mono, /*isLast=*/rest.empty(), samples);
    return true;
  }

private:
  std::span<const float> rest;
  int channels;
  std::string name;
  Resampler resampler;
  std::vector<float> mono;
};

} // namespace

void checkFormat(const PcmFormat &format, const std::string &name) {
  if (format.channels < 1 || format.channels > maximumChannels)
    throw InputError(fmt::format("{}: {} channels, allowed are 1 to {}", name, format.channels,
                                 maximumChannels));
  if (format.sampleRate < minimumRate || format.sampleRate > maximumRate)
    throw InputError(fmt::format("{}: {} samples per second, allowed are {} to {}", name,
                                 format.sampleRate, minimumRate, maximumRate));
}

SampleSource samplesOfPcm(std::span<const float> samples, PcmFormat format, int rate,
                          const std::string &name) {
  checkFormat(format, name);
  if (samples.empty())
    throw InputError(fmt::format("{}: there are no samples in it", name));
  if (samples.size() % size_t(format.channels) != 0)
    throw InputError(fmt::format("{}: {} samples are no whole frames of {} channels", name,
                                 samples.size(), format.channels));
  return [=] { return std::make_unique<PcmReader>(samples, format, rate, name); };
}

void averageChannels(std::span<const float> frames, int channels, const std::string &name,
                     std::vector<float> &mono) {
  for (size_t begin = 0; begin < frames.size(); begin += size_t(channels)) {
    float sum = 0;
    for (float sample : frames.subspan(begin, size_t(channels)))
      sum += sample;
    mono.push_back(sum / float(channels));
    if (!std::isfinite(mono.back()))
      throw InputError(fmt::format("{}: a sample is not a finite number", name));
  }
}

} // namespace transept::features
