// SPDX-License-Identifier: Apache-2.0
//
// Reads the file, decodes it, and hands it to the extractor that the settings stand for.

#include "media/preprocessor/Extractor.h"
#include "base/Error.h"
#include "base/Json.h"

#include "media/sound/Sound.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <limits>

namespace transept::features {

namespace {

constexpr int64_t maximumFileBytes = int64_t(1) << 30;

/// The file's bytes through one of the extractors.
struct Extraction {
  std::string_view bytes;
  const std::string &name;
  const ExtractOptions &options;
  size_t patchSize, samplesPerRow;
  bool cutsLines;

  Features operator()(const WhisperSettings &settings) const {
    SoundOptions sound{.sampleRate = settings.sampleRate};
    if (options.isPadded)
      sound.enoughSamples = settings.chunkSamples();
    else if (options.enoughRows < sound.enoughSamples / settings.hop)
      sound.enoughSamples = options.enoughRows * settings.hop;
    return whisperFeatures(decodeSound(bytes, name, sound), settings, options.isPadded, name);
  }
  Features operator()(const Speech2TextSettings &settings) const {
    // Every row depends on all samples, so that a longer sound cannot be cut.
    SoundOptions sound{.sampleRate = settings.sampleRate};
    sound.longestSeconds =
        std::min(sound.longestSeconds, options.enoughRows / speech2TextRowsPerSecond + 1);
    std::vector<float> samples = decodeSound(bytes, name, sound);
    return speech2TextFeatures(samples, settings, name);
  }
  Features operator()(const StackedSettings &settings) const {
    SoundOptions sound{.sampleRate = settings.sampleRate};
    sound.longestSeconds =
        std::min(sound.longestSeconds, options.enoughRows / stackedRowsPerSecond + 1);
    return stackedFeatures(decodeSound(bytes, name, sound), settings, name);
  }
  Features operator()(const WaveformSettings &settings) const {
    SoundOptions sound{.sampleRate = settings.sampleRate};
    constexpr size_t all = std::numeric_limits<size_t>::max();
    size_t enough =
        options.enoughRows < all / samplesPerRow ? options.enoughRows * samplesPerRow : all;
    if (settings.normalizes)
      sound.longestSeconds =
          std::min(sound.longestSeconds, enough / size_t(settings.sampleRate) + 1);
    else
      sound.enoughSamples = enough;
    return waveformFeatures(decodeSound(bytes, name, sound), settings, samplesPerRow);
  }
  Features operator()(const ParakeetSettings &settings) const {
    // As above, every row depends on all samples.
    SoundOptions sound{.sampleRate = settings.sampleRate};
    size_t second = size_t(settings.sampleRate) / settings.hop;
    sound.longestSeconds = std::min(sound.longestSeconds, options.enoughRows / second + 1);
    return parakeetFeatures(decodeSound(bytes, name, sound), settings, name);
  }
  Features operator()(const ImageSettings &settings) const {
    PixelValues pixels = pixelValues(decodeImage(bytes, name), settings, name);
    return cutsLines ? cutLines(pixels) : cutPatches(pixels, patchSize, name);
  }
  Features operator()(const FlatPatchSettings &settings) const {
    return flatPatches(decodeImage(bytes, name), settings);
  }
};

/// Sides of what goes into the encoder must be whole patches, where the settings fix them; lines
/// must be of one width.
void checkPatches(const ImageSettings &settings, const ExtractorOptions &options) {
  if (options.cutsLines && !settings.finalSize())
    throw InputError(
        fmt::format("{}: images are not made one size, which the model needs", options.name));
  if (options.cutsLines)
    return;
  if (options.patchSize == 0)
    throw InputError(
        fmt::format("{}: it is for images; the size of the patches is needed", options.name));
  const auto &size = settings.finalSize();
  if (size && (size->height % options.patchSize != 0 || size->width % options.patchSize != 0))
    throw InputError(fmt::format("{}: images of {} x {} pixels are not whole patches of {} x {}",
                                 options.name, size->width, size->height, options.patchSize,
                                 options.patchSize));
}

} // namespace

Extractor::Extractor(std::string_view config, const ExtractorOptions &options)
    : settings(readSettings(config, options.name, options.defaultType, notes)),
      patchSize(options.patchSize), samplesPerRow(std::max<size_t>(1, options.samplesPerRow)),
      cutsLines(options.cutsLines) {
  if (const auto *images = std::get_if<ImageSettings>(&settings))
    checkPatches(*images, options);
}

Features Extractor::extract(const std::string &path, const ExtractOptions &options) const {
  return extractBytes(readFile(path, maximumFileBytes), path, options);
}

Features Extractor::extractBytes(std::string_view bytes, const std::string &name,
                                 const ExtractOptions &options) const {
  return std::visit(Extraction{bytes, name, options, patchSize, samplesPerRow, cutsLines},
                    settings);
}

std::optional<size_t> Extractor::rowCount() const {
  if (const auto *whisper = std::get_if<WhisperSettings>(&settings))
    return whisper->chunkSamples() / whisper->hop;
  const auto *images = std::get_if<ImageSettings>(&settings);
  if (!images || !images->finalSize())
    return std::nullopt;
  const auto &size = images->finalSize();
  if (cutsLines)
    return size->height;
  return (size->height / patchSize) * (size->width / patchSize);
}

size_t Extractor::width() const {
  if (const auto *whisper = std::get_if<WhisperSettings>(&settings))
    return whisper->mels;
  if (const auto *speech = std::get_if<Speech2TextSettings>(&settings))
    return speech->mels;
  if (const auto *stacked = std::get_if<StackedSettings>(&settings))
    return stacked->width();
  if (std::holds_alternative<WaveformSettings>(settings))
    return samplesPerRow;
  if (const auto *mels = std::get_if<ParakeetSettings>(&settings))
    return mels->mels;
  if (const auto *flat = std::get_if<FlatPatchSettings>(&settings))
    return flat->width();
  if (cutsLines)
    return 3 * std::get<ImageSettings>(settings).finalSize()->width;
  return 3 * patchSize * patchSize;
}

} // namespace transept::features
