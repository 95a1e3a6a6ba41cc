// SPDX-License-Identifier: Apache-2.0
//
// The preprocessor_config.json that the library carries says which features they are.

#include "media/library/LibrarySound.h"

#include "base/Error.h"
#include "media/library/LibraryPreprocessor.h"
#include "media/sound/PcmSamples.h"

#include <fmt/format.h>

using namespace transept;

namespace {

constexpr const char *kName = "sound"; // what errors call it

using Source = std::variant<features::WhisperSound, features::Features>;

/// Makes what the settings stand for of a sound.
struct Opening {
  const transept_model_table &table;
  const transept_pcm &pcm;

  features::SampleSource samples(int rate) const {
    features::PcmFormat format{.sampleRate = int(std::min(pcm.sample_rate, 1u << 30)),
                               .channels = int(std::min(pcm.channel_count, 1u << 30))};
    return features::samplesOfPcm({pcm.samples, pcm.frame_count * pcm.channel_count}, format, rate,
                                  kName);
  }

  std::vector<float> allSamples(int rate) const {
    std::vector<float> all;
    auto reader = samples(rate)();
    while (reader->read(all)) {
    }
    return all;
  }

  Source operator()(const features::WhisperSettings &settings) const {
    media::checkFeatureWidth(table, settings.mels);
    return features::WhisperSound(samples(settings.sampleRate), kName, settings);
  }
  Source operator()(const features::Speech2TextSettings &settings) const {
    media::checkFeatureWidth(table, settings.mels);
    return features::speech2TextFeatures(allSamples(settings.sampleRate), settings, kName);
  }
  Source operator()(const features::StackedSettings &settings) const {
    media::checkFeatureWidth(table, settings.width());
    return features::stackedFeatures(allSamples(settings.sampleRate), settings, kName);
  }
  Source operator()(const features::WaveformSettings &settings) const {
    return features::waveformFeatures(allSamples(settings.sampleRate), settings,
                                      std::max<size_t>(1, table.source_feature_width));
  }
  Source operator()(const features::ParakeetSettings &settings) const {
    media::checkFeatureWidth(table, settings.mels);
    return features::parakeetFeatures(allSamples(settings.sampleRate), settings, kName);
  }
  Source operator()(const features::ImageSettings &) const { refuseSounds(); }
  Source operator()(const features::FlatPatchSettings &) const { refuseSounds(); }

private:
  [[noreturn]] void refuseSounds() const {
    throw Error(ErrorCode::Unsupported, fmt::format("{} takes images, not sounds", table.name));
  }
};

} // namespace

transept_sound::transept_sound(const transept_model_table &table, const transept_pcm &pcm)
    : seconds(pcm.sample_rate == 0 ? 0 : double(pcm.frame_count) / pcm.sample_rate),
      width(table.source_feature_width),
      source(std::visit(Opening{table, pcm}, media::preprocessorOf(table, "sounds"))) {}

size_t transept_sound::frameCount() const {
  if (const auto *windows = std::get_if<features::WhisperSound>(&source))
    return windows->frameCount();
  return std::get<features::Features>(source).rows;
}

std::vector<float> transept_sound::read(size_t begin, size_t count) {
  if (begin > frameCount() || count > frameCount() - begin)
    throw InputError(fmt::format("rows {} to {} of the sound are asked for, but it has {}", begin,
                                 begin + count, frameCount()));
  if (auto *windows = std::get_if<features::WhisperSound>(&source))
    return windows->read(begin, count);
  const std::vector<float> &values = std::get<features::Features>(source).values;
  auto from = values.begin() + ptrdiff_t(begin * width);
  return {from, from + ptrdiff_t(count * width)};
}
