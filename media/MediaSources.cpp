// SPDX-License-Identifier: Apache-2.0
//
// What comes out of a file is compared with what the model takes before it gets there, so that an
// error names the file.

#include "media/MediaSources.h"
#include "base/Error.h"
#include "base/ModelFolder.h"
#include "media/library/ImagePrompt.h"
#include "media/sound/Sound.h"

#include "transept/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <unistd.h>

namespace transept::media {

namespace {

constexpr std::string_view kStandardInput = "-";

/// Of two hours, sample by sample.
constexpr size_t kMostRows = features::maximumSoundSeconds * 16'000;

std::string_view preprocessorOf(const Model &model) {
  for (const char *file : {processorFile, preprocessorFile})
    if (std::optional<std::string_view> config = model.asset(file))
      return *config;
  throw InputError(
      fmt::format("the library has no {}, so it cannot read files; a checkpoint that has one "
                  "must be compiled again",
                  preprocessorFile));
}

/// The side of square patches of three colors; it is not asked for where the file is for sounds.
size_t patchSide(const Model &model) {
  return size_t(std::lround(std::sqrt(double(model.sourceFeatureWidth()) / 3)));
}

} // namespace

size_t encodedRows(const Model &model, size_t rows) {
  return runtime::rowsAfterSteps(model.table(), rows);
}

MediaSources::MediaSources(const Model &model, bool keepsShort, std::vector<Id> prompt)
    : model(model),
      extractor(preprocessorOf(model), {.patchSize = patchSide(model),
                                        .cutsLines = promptColumn(model.table()) != nullptr,
                                        .samplesPerRow = model.sourceFeatureWidth()}),
      keepsShort(keepsShort), prompt(std::move(prompt)) {
  if (extractor.width() != model.sourceFeatureWidth())
    throw InputError(
        fmt::format("{} of the library makes rows of {} numbers, but the model takes {}",
                    preprocessorFile, extractor.width(), model.sourceFeatureWidth()));
}

/// Rows of features of which one is too many for the model, within the longest sounds.
size_t MediaSources::enoughRows() const {
  if (hasFixedLength())
    return model.sourceFeatureCount() + 1;
  auto counts = std::views::iota(size_t(1), kMostRows);
  auto most = std::ranges::partition_point(
      counts, [&](size_t rows) { return encodedRows(model, rows) <= model.maximumSourceLength(); });
  return most == counts.end() ? kMostRows : *most;
}

MediaSources::Rows MediaSources::read(const std::string &file) const {
  features::Features rows =
      extractor.extract(file, {.isPadded = false, .enoughRows = enoughRows()});
  Rows result{.values = {}, .ownCount = rows.rows};
  if (!takesImages() && hasFixedLength()) {
    size_t usual = model.sourceFeatureCount();
    result.isCut = rows.rows > usual;
    // Less than a frame of sound is in the first one.
    result.ownCount = std::clamp<size_t>(rows.rows, 1, usual);
    // Silence has features of its own, so that filling up is the extractor's work.
    if (result.isCut || (!keepsShort && rows.rows < usual))
      rows = extractor.extract(file, {.isPadded = true});
  }
  appendPrompt(model.table(), prompt, rows);
  check(rows, file);
  result.values = std::move(rows.values);
  return result;
}

const features::WhisperSettings &MediaSources::windowsFor(const std::string &name) const {
  const features::WhisperSettings *settings = extractor.windows();
  if (!settings || settings->chunkSamples() / settings->hop != model.sourceFeatureCount())
    throw InputError(fmt::format("{}: this library takes no sounds window by window", name));
  return *settings;
}

features::WhisperSound
MediaSources::openSound(const std::string &file, features::SoundPart part,
                        const std::optional<features::RawFormat> &raw) const {
  windowsFor(file); // before a pipe is read
  bool isInput = file == kStandardInput;
  return openSound(isInput ? features::bytesOfPipe(STDIN_FILENO, file)
                           : features::bytesOfFile(file),
                   file, part, raw);
}

features::WhisperSound
MediaSources::openSound(std::shared_ptr<const features::SoundBytes> bytes, const std::string &name,
                        features::SoundPart part,
                        const std::optional<features::RawFormat> &raw) const {
  const features::WhisperSettings &settings = windowsFor(name);
  auto samples =
      raw ? features::samplesOfRaw(std::move(bytes), *raw, settings.sampleRate, name)
          : features::samplesOfFile(std::move(bytes), name, {.sampleRate = settings.sampleRate});
  return features::WhisperSound(std::move(samples), name, settings, part);
}

void MediaSources::check(const features::Features &rows, const std::string &file) const {
  const char *what = takesImages() ? "patches" : "frames";
  size_t usual = model.sourceFeatureCount();
  bool isShort = keepsShort && rows.rows < usual;
  if (usual != 0 && rows.rows != usual && !isShort)
    throw InputError(fmt::format("{}: {} of the library makes {} {} of it, but the model takes {}",
                                 file, preprocessorFile, rows.rows, what, usual));
  size_t encoded = encodedRows(model, rows.rows);
  if (encoded == 0 || encoded > model.maximumSourceLength())
    throw InputError(
        fmt::format("{}: expects 1 to {} positions of the encoder, but its {} {} become {}", file,
                    model.maximumSourceLength(), rows.rows, what, encoded));
}

} // namespace transept::media
