// SPDX-License-Identifier: Apache-2.0
//
// The resampler of SpeexDSP at its best quality: small enough to be part of a compiled library.

#include "media/sound/Resampler.h"

#include <algorithm>
#include <array>
#include <new>
#include <speex/speex_resampler.h>

namespace transept::features {

namespace {

constexpr size_t outputBlock = 4096;

} // namespace

void Resampler::Destroy::operator()(SpeexResamplerState_ *state) const {
  speex_resampler_destroy(state);
}

Resampler::Resampler(int from, int to) : from(from), to(to) {
  if (from == to)
    return;
  int failure = 0;
  state.reset(speex_resampler_init(/*nb_channels=*/1, spx_uint32_t(from), spx_uint32_t(to),
                                   SPEEX_RESAMPLER_QUALITY_MAX, &failure));
  if (!state)
    throw std::bad_alloc();
  // Without it, the first samples would be those of the filter's beginning.
  speex_resampler_skip_zeros(state.get());
}

void Resampler::append(std::span<const float> block, bool isLast, std::vector<float> &samples) {
  takenCount += block.size();
  if (!state) {
    samples.insert(samples.end(), block.begin(), block.end());
    return;
  }
  process(block, samples);
  if (!isLast)
    return;
  // What is still in the filter comes out before silence.
  std::vector<float> silence(size_t(speex_resampler_get_input_latency(state.get())) + 1);
  size_t before = samples.size();
  process(silence, samples);
  uint64_t whole = (takenCount * uint64_t(to) + uint64_t(from) - 1) / uint64_t(from);
  uint64_t surplus = givenCount > whole ? givenCount - whole : 0;
  samples.resize(samples.size() - std::min<size_t>(surplus, samples.size() - before));
}

void Resampler::process(std::span<const float> block, std::vector<float> &samples) {
  std::array<float, outputBlock> output;
  while (true) {
    auto taken = spx_uint32_t(std::min<size_t>(block.size(), outputBlock));
    auto given = spx_uint32_t(output.size());
    speex_resampler_process_float(state.get(), /*channel_index=*/0, block.data(), &taken,
                                  output.data(), &given);
    samples.insert(samples.end(), output.begin(), output.begin() + given);
    givenCount += given;
    block = block.subspan(taken);
    if (block.empty() && given < output.size())
      return;
  }
}

} // namespace transept::features
