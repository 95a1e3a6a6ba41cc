// SPDX-License-Identifier: Apache-2.0
//
// Samples come in blocks, frames go out in pieces; in between lie those samples that frames of the
// next piece still need.

#include "media/sound/WhisperSound.h"

#include "base/Error.h"
#include "media/sound/MelFilters.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace transept::features {

namespace {

/// Frames that are transformed at a time.
constexpr size_t kPieceFrames = 512;

/// The samples of a part of a sound, in order.
class PartReader {
public:
  PartReader(const SampleSource &source, const WhisperSettings &settings, SoundPart part)
      : reader(source()), rate(settings.sampleRate),
        skipped(size_t(std::llround(part.begin * rate))) {
    double most = part.length * rate;
    left = most < double(SIZE_MAX / 2) ? size_t(std::llround(most)) : SIZE_MAX;
  }

  /// Appends samples; false at the end.
  bool read(std::vector<float> &samples) {
    if (left == 0)
      return false;
    block.clear();
    if (!reader->read(block))
      return false;
    size_t behind = std::min(skipped, block.size());
    skipped -= behind;
    size_t count = std::min(left, block.size() - behind);
    if (left != SIZE_MAX)
      left -= count;
    auto begin = block.begin() + std::ptrdiff_t(behind);
    samples.insert(samples.end(), begin, begin + std::ptrdiff_t(count));
    return true;
  }

private:
  std::unique_ptr<SampleReader> reader;
  int rate;
  size_t skipped, left = 0;
  std::vector<float> block;
};

} // namespace

/// Logarithms of mel energies, frame by frame.
class WhisperFrames {
public:
  WhisperFrames(const SampleSource &source, const WhisperSettings &settings, SoundPart part)
      : settings(settings), reader(source, settings, part),
        frames{.window = periodicHannWindow(settings.transform),
               .hop = settings.hop,
               .transform = settings.transform},
        filters(slaneyFilters({.filters = settings.mels,
                               .transform = settings.transform,
                               .sampleRate = double(settings.sampleRate)})) {}

  /// Appends the next frames; false at the end.
  bool read(std::vector<float> &rows) {
    const size_t padding = settings.transform / 2;
    // One more sample, because a mirror does not repeat its own.
    while (!isAtEnd && first + held.size() < (next + kPieceFrames) * settings.hop + padding + 1)
      isAtEnd = !reader.read(held);
    size_t known = first + held.size();
    size_t complete = isAtEnd ? known / settings.hop : next + kPieceFrames;
    size_t count = std::min(complete - next, kPieceFrames);
    if (count == 0)
      return false;
    std::vector<double> samples((count - 1) * settings.hop + settings.transform);
    for (size_t index = 0; index < samples.size(); ++index)
      samples[index] = sampleAt(ptrdiff_t(next * settings.hop + index) - ptrdiff_t(padding), known);
    Matrix energies = melEnergies(samples, frames, filters);
    for (double energy : energies.values)
      rows.push_back(float(std::log10(std::max(energy, 1e-10))));
    next += count;
    forget();
    return true;
  }

  /// Known at the end.
  size_t sampleCount() const { return first + held.size(); }

private:
  /// The sound is mirrored at its ends: `known` is its length where `index` is behind it.
  double sampleAt(ptrdiff_t index, size_t known) const {
    if (index < 0)
      index = -index;
    auto last = ptrdiff_t(known) - 1;
    if (index > last)
      index = 2 * last - index;
    return held[size_t(index) - first];
  }

  /// Of what is behind, a mirror at the end may show as much as half a transform.
  void forget() {
    size_t needed = next * settings.hop;
    size_t kept = needed - std::min(needed, settings.transform + settings.hop);
    if (kept <= first)
      return;
    size_t count = std::min(kept - first, held.size());
    held.erase(held.begin(), held.begin() + ptrdiff_t(count));
    first += count;
  }

  const WhisperSettings settings;
  PartReader reader;
  FrameSettings frames;
  Matrix filters;
  std::vector<float> held; // samples from `first` on
  size_t first = 0, next = 0;
  bool isAtEnd = false;
};

WhisperSound::WhisperSound(SampleSource samples, const std::string &name,
                           const WhisperSettings &settings, SoundPart part)
    : samples(std::move(samples)), name(name), settings(settings), part(part) {
  WhisperFrames all = frames();
  float loudest = -HUGE_VALF;
  std::vector<float> rows;
  while (all.read(rows)) {
    loudest = std::max(loudest, *std::ranges::max_element(rows));
    rows.clear();
  }
  sampleCount = all.sampleCount();
  if (sampleCount == 0)
    throw InputError(fmt::format("{}: the sound ends before {:.2f} seconds", name, part.begin));
  floor = loudest - 8;
}

WhisperSound::WhisperSound(WhisperSound &&) noexcept = default;
WhisperSound::~WhisperSound() = default;

WhisperFrames WhisperSound::frames() const {
  return WhisperFrames(samples, settings, part);
}

std::vector<float> WhisperSound::allSamples() const {
  PartReader reader(samples, settings, part);
  std::vector<float> all;
  while (reader.read(all)) {
  }
  return all;
}

size_t WhisperSound::frameCount() const {
  return (isShort() ? settings.chunkSamples() : sampleCount) / settings.hop;
}

std::vector<float> WhisperSound::read(size_t begin, size_t count) {
  const size_t width = settings.mels;
  if (isShort()) {
    if (held.empty())
      held = whisperFeatures(allSamples(), settings, /*isPadded=*/true, name).values;
    auto from = held.begin() + ptrdiff_t(begin * width);
    return {from, from + ptrdiff_t(count * width)};
  }
  if (!source)
    source = std::make_unique<WhisperFrames>(samples, settings, part);
  while (heldBegin + held.size() / width < begin + count) {
    size_t behind = std::min(begin - heldBegin, held.size() / width);
    held.erase(held.begin(), held.begin() + ptrdiff_t(behind * width));
    heldBegin += behind;
    if (!source->read(held))
      throw InputError(fmt::format("{}: the sound has changed", name));
  }
  auto from = held.begin() + ptrdiff_t((begin - heldBegin) * width);
  std::vector<float> rows(from, from + ptrdiff_t(count * width));
  for (float &value : rows)
    value = (std::max(value, floor) + 4) / 4;
  return rows;
}

} // namespace transept::features
