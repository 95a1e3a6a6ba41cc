// SPDX-License-Identifier: Apache-2.0
//
// libsndfile decodes, block by block: what is held is the result and one block, whatever the rate
// and the number of channels.

#include "media/sound/Sound.h"

#include "base/Error.h"
#include "base/PointerFile.h"
#include "media/sound/PcmSamples.h"
#include "media/sound/Resampler.h"
#include "media/sound/WaveHeader.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <sndfile.h>

namespace transept::features {

namespace {

constexpr sf_count_t blockFrames = 4096;
/// Tells sounds from other files.
constexpr size_t kBeginning = 1024;

/// A file's bytes, as libsndfile's callbacks see them.
struct OpenedBytes {
  const SoundBytes &bytes;
  sf_count_t position = 0;

  sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }
};

sf_count_t seekBytes(sf_count_t offset, int whence, void *data) {
  auto &file = *static_cast<OpenedBytes *>(data);
  sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.position : file.size();
  // A damaged header can ask for anything; the position stays inside the file.
  file.position = std::clamp<sf_count_t>(offset, -base, file.size() - base) + base;
  return file.position;
}

sf_count_t readBytes(void *target, sf_count_t count, void *data) {
  auto &file = *static_cast<OpenedBytes *>(data);
  count = std::clamp<sf_count_t>(count, 0, file.size() - file.position);
  count = static_cast<sf_count_t>(
      file.bytes.read(size_t(file.position), static_cast<char *>(target), size_t(count)));
  file.position += count;
  return count;
}

SF_VIRTUAL_IO callbacks = {[](void *data) { return static_cast<OpenedBytes *>(data)->size(); },
                           seekBytes, readBytes,
                           [](const void *, sf_count_t, void *) -> sf_count_t { return 0; },
                           [](void *data) { return static_cast<OpenedBytes *>(data)->position; }};

/// The library also guesses formats that nobody means; only these are handed to it.
bool looksLikeSound(std::string_view bytes) {
  auto byte = [&](size_t index) { return static_cast<unsigned char>(bytes[index]); };
  if (bytes.size() < 4)
    return false;
  bool isMpegFrame = byte(0) == 0xff && (byte(1) & 0xe0) == 0xe0;
  return bytes.starts_with("RIFF") || bytes.starts_with("RF64") || bytes.starts_with("fLaC") ||
         bytes.starts_with("OggS") || bytes.starts_with("ID3") || isMpegFrame;
}

/// Streams whose length is not known declare the largest number.
bool isLengthKnown(const SF_INFO &info) {
  return info.frames < SF_COUNT_MAX / 2;
}

/// Before libsndfile sees them.
void checkBytes(const SoundBytes &bytes, const std::string &name) {
  if (bytes.size() == 0)
    throw InputError(fmt::format("{}: the file is empty", name));
  std::string first = bytes.first(kBeginning);
  refusePointerFile(first, name);
  if (!looksLikeSound(first))
    throw InputError(fmt::format("{}: not a sound file; WAV, FLAC, Ogg and MP3 are read", name));
  checkWaveHeader(bytes, name);
}

} // namespace

struct SoundReader::State {
  State(std::shared_ptr<const SoundBytes> held, const std::string &name)
      : held(std::move(held)), bytes{*this->held}, name(name) {}

  std::shared_ptr<const SoundBytes> held;
  OpenedBytes bytes;
  std::string name;
  SF_INFO info{};
  std::unique_ptr<SNDFILE, int (*)(SNDFILE *)> file{nullptr, sf_close};
  std::optional<Resampler> resampler;
  std::vector<float> block, mono;
  sf_count_t total = 0;
  bool isLast = false;
};

SoundReader::SoundReader(std::shared_ptr<const SoundBytes> bytes, const std::string &name,
                         const SoundOptions &options)
    : state(std::make_unique<State>(std::move(bytes), name)) {
  checkBytes(*state->held, name);
  state->file.reset(sf_open_virtual(&callbacks, SFM_READ, &state->info, &state->bytes));
  if (!state->file)
    throw InputError(fmt::format("{}: not a readable sound file: {}", name, sf_strerror(nullptr)));
  checkFormat({.sampleRate = state->info.samplerate, .channels = state->info.channels}, name);
  state->resampler.emplace(state->info.samplerate, options.sampleRate);
  state->block.resize(size_t(blockFrames) * size_t(state->info.channels));
}

SoundReader::~SoundReader() = default;

bool SoundReader::read(std::vector<float> &samples) {
  State &at = *state;
  if (at.isLast)
    return false;
  sf_count_t count = sf_readf_float(at.file.get(), at.block.data(), blockFrames);
  if (int failure = sf_error(at.file.get()))
    throw InputError(fmt::format("{}: damaged after {} samples: {}", at.name, at.total + count,
                                 sf_error_number(failure)));
  at.isLast = count < blockFrames;
  at.total += count;
  at.mono.clear();
  averageChannels(std::span(at.block).first(size_t(count) * size_t(at.info.channels)),
                  at.info.channels, at.name, at.mono);
  at.resampler->append(at.mono, at.isLast, samples);
  if (at.isLast && at.total < at.info.frames && isLengthKnown(at.info))
    throw InputError(fmt::format("{}: the file ends after {} of its {} samples", at.name, at.total,
                                 at.info.frames));
  if (at.isLast && at.total == 0)
    throw InputError(fmt::format("{}: there are no samples in it", at.name));
  return true;
}

double SoundReader::declaredSeconds() const {
  return isLengthKnown(state->info) ? double(state->info.frames) / state->info.samplerate
                                    : HUGE_VAL;
}

SampleSource samplesOfFile(std::shared_ptr<const SoundBytes> bytes, const std::string &name,
                           const SoundOptions &options) {
  return [=] { return std::make_unique<SoundReader>(bytes, name, options); };
}

std::vector<float> decodeSound(std::string_view bytes, const std::string &name,
                               const SoundOptions &options) {
  SoundReader reader(bytesInMemory(bytes), name, options);
  size_t longest = options.longestSeconds * size_t(options.sampleRate);
  // Decoding it all to find out that it is too long could take minutes.
  bool isReadToTheEnd =
      double(options.enoughSamples) > double(options.longestSeconds) * options.sampleRate;
  double seconds = reader.declaredSeconds();
  if (isReadToTheEnd && std::isfinite(seconds) && seconds > double(options.longestSeconds))
    throw InputError(fmt::format("{}: {:.0f} seconds of sound, at most {} are allowed", name,
                                 seconds, options.longestSeconds));
  std::vector<float> samples;
  while (samples.size() < options.enoughSamples && reader.read(samples))
    if (samples.size() > longest)
      throw InputError(fmt::format("{}: longer than the {} seconds that are allowed", name,
                                   options.longestSeconds));
  samples.resize(std::min(samples.size(), options.enoughSamples));
  return samples;
}

} // namespace transept::features
