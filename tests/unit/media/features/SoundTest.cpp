// SPDX-License-Identifier: Apache-2.0
//
// Sound files of several formats, rates and channels, written here by libsndfile or byte by byte,
// and files that must be refused.

#include "media/sound/Sound.h"
#include "tests/unit/media/features/References.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <numeric>
#include <sndfile.h>
#include <unistd.h>

namespace transept::features {
namespace {

using ::testing::HasSubstr;

struct Writing {
  int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  int rate = 16000;
  int channels = 1;
};

/// The bytes of a sound file with these samples, channel after channel for each time.
std::string soundFile(const std::vector<float> &samples, const Writing &writing = {}) {
  auto path =
      std::filesystem::temp_directory_path() / ("transept-sound-test-" + std::to_string(getpid()));
  SF_INFO info{};
  info.format = writing.format;
  info.samplerate = writing.rate;
  info.channels = writing.channels;
  SNDFILE *file = sf_open(path.c_str(), SFM_WRITE, &info);
  EXPECT_NE(file, nullptr) << sf_strerror(nullptr);
  sf_writef_float(file, samples.data(), static_cast<sf_count_t>(samples.size()) / writing.channels);
  sf_close(file);
  std::ifstream stream(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::filesystem::remove(path);
  return bytes;
}

/// A WAV file of 16 bits, byte by byte: libsndfile scales by 32767 when it writes.
std::string waveFile(const std::vector<int16_t> &samples) {
  auto bytes = uint32_t(samples.size() * 2);
  std::string file = "RIFF";
  auto append = [&](uint32_t value, int count) {
    for (int index = 0; index < count; ++index)
      file += char(value >> (8 * index));
  };
  append(36 + bytes, 4);
  file += "WAVEfmt ";
  append(16, 4);
  append(1, 2); // integers
  append(1, 2); // channel
  append(16000, 4);
  append(32000, 4);
  append(2, 2);
  append(16, 2);
  file += "data";
  append(bytes, 4);
  for (int16_t sample : samples)
    append(uint16_t(sample), 2);
  return file;
}

std::vector<float> sine(double frequency, int rate, double seconds) {
  std::vector<float> samples(size_t(seconds * rate));
  for (size_t index = 0; index < samples.size(); ++index)
    samples[index] = float(0.5 * std::sin(2 * std::numbers::pi * frequency * double(index) / rate));
  return samples;
}

TEST(Sound, ReadsSixteenBitsExactly) {
  EXPECT_EQ(decodeSound(waveFile({0, 16384, -32768, 32767, 1}), "it"),
            (std::vector<float>{0, 0.5, -1, 32767.0F / 32768, 1.0F / 32768}));
}

TEST(Sound, ReadsFloatsAndFlacExactly) {
  auto samples = sine(440, 16000, 0.7);
  EXPECT_EQ(decodeSound(soundFile(samples, {.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT}), "it"),
            samples);
  for (float &sample : samples)
    sample = std::round(sample * 32768) / 32768;
  EXPECT_EQ(decodeSound(soundFile(samples, {.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16}), "it"),
            samples);
}

TEST(Sound, ReadsCompressedFormats) {
  auto samples = decodeSound(readReference("chirp.wav"), "chirp.wav", {.enoughSamples = 1600});
  EXPECT_EQ(decodeSound(readReference("chirp.flac"), "chirp.flac"), samples);
  EXPECT_EQ(decodeSound(readReference("chirp.ogg"), "chirp.ogg").size(), samples.size());
  // These formats lose something, and MP3 gains silence at its ends.
  auto energy = [](const std::vector<float> &values) {
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  };
  for (const char *name : {"chirp.ogg", "chirp.mp3"})
    EXPECT_NEAR(energy(decodeSound(readReference(name), name)) / energy(samples), 1, 0.05) << name;
}

TEST(Sound, AveragesChannels) {
  std::vector<float> samples = {0.5, 0.25, -1, 0.5, 0.125, 0.125};
  EXPECT_EQ(
      decodeSound(soundFile(samples, {.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT, .channels = 2}),
                  "it"),
      (std::vector<float>{0.375, -0.25, 0.125}));
}

TEST(Sound, ResamplesToTheWantedRate) {
  for (int rate : {8000, 22050, 44100, 48000}) {
    auto samples = decodeSound(
        soundFile(sine(1000, rate, 1), {.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT, .rate = rate}),
        "it");
    auto expected = sine(1000, 16000, 1);
    EXPECT_NEAR(double(samples.size()), 16000, 1) << rate;
    // Away from the ends, where the sine begins and stops at once.
    for (size_t index = 500; index < 15500; ++index)
      ASSERT_NEAR(samples[index], expected[index], 1e-4) << rate << " at " << index;
  }
}

TEST(Sound, ResamplingRemovesWhatTheRateCannotHold) {
  auto samples = decodeSound(soundFile(sine(11000, 48000, 1), {.rate = 48000}), "it");
  for (size_t index = 500; index < 15500; ++index)
    ASSERT_NEAR(samples[index], 0, 1e-3);
}

TEST(Sound, StopsWhenEnough) {
  auto samples = sine(440, 16000, 1);
  std::string bytes = soundFile(samples, {.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT});
  samples.resize(5000);
  EXPECT_EQ(decodeSound(bytes, "it", {.enoughSamples = 5000}), samples);
}

TEST(Sound, RefusesWhatIsNoSound) {
  auto decode = [](const std::string &bytes) { return errorOf([&] { decodeSound(bytes, "it"); }); };
  EXPECT_EQ(decode(""), "it: the file is empty");
  EXPECT_EQ(decode("abc"), "it: not a sound file; WAV, FLAC, Ogg and MP3 are read");
  EXPECT_EQ(decode("hello, this is text"), "it: not a sound file; WAV, FLAC, Ogg and MP3 are read");
  EXPECT_EQ(decode("RIFF\4\0\0\0AVI "), "it: the WAV file ends before its samples begin");
  EXPECT_THAT(decode(std::string("fLaC") + std::string(60, '\x55')),
              HasSubstr("it: not a readable"));
  EXPECT_EQ(decode(soundFile({})), "it: there are no samples in it");
}

TEST(Sound, RefusesFilesThatEndEarly) {
  std::string wave = soundFile(sine(440, 16000, 0.5));
  for (size_t length : {size_t(12), size_t(20), size_t(43)})
    EXPECT_EQ(errorOf([&] { decodeSound(std::string_view(wave).substr(0, length), "it"); }),
              "it: the WAV file ends before its samples begin");
  EXPECT_EQ(errorOf([&] { decodeSound(std::string_view(wave).substr(0, 1044), "it"); }),
            "it: the file ends early: 1000 of 16000 bytes of samples are there");
  std::string flac = soundFile(sine(440, 16000, 2), {.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16});
  errorOf([&] { decodeSound(std::string_view(flac).substr(0, flac.size() / 2), "it"); });
}

TEST(Sound, RefusesWhatSaysInFrontThatItIsTooLong) {
  std::vector<float> second(16000);
  std::string bytes = soundFile(second, {.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16});
  // The 36 bits of FLAC's number of samples end behind the mark, four bytes of header and 18 more.
  for (size_t place = 22; place < 26; ++place)
    bytes[place] = '\x7f';
  EXPECT_THAT(errorOf([&] { decodeSound(bytes, "long.flac"); }),
              HasSubstr("seconds of sound, at most 7200 are allowed"));
  EXPECT_EQ(decodeSound(bytes, "long.flac", {.enoughSamples = 100}).size(), 100u);
  EXPECT_THAT(errorOf([&] {
                decodeSound(soundFile(std::vector<float>(48000)), "x.wav", {.longestSeconds = 2});
              }),
              HasSubstr("3 seconds of sound, at most 2"));
}

TEST(Sound, AcceptsTheOpenLengthOfAPipe) {
  auto samples = sine(440, 16000, 0.1);
  std::string bytes = soundFile(samples, {.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16});
  auto expected = decodeSound(bytes, "it");
  bytes.replace(bytes.find("data") + 4, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(decodeSound(bytes, "it"), expected);
}

TEST(Sound, RefusesSamplesThatAreNoNumbers) {
  for (float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    EXPECT_EQ(errorOf([&] {
                decodeSound(soundFile({0, 0.5, bad}, {.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT}),
                            "it");
              }),
              "it: a sample is not a finite number");
}

TEST(Sound, RefusesStrangeRatesAndChannels) {
  EXPECT_EQ(errorOf([] { decodeSound(soundFile({0.5}, {.rate = 10}), "it"); }),
            "it: 10 samples per second, allowed are 1000 to 768000");
  EXPECT_EQ(errorOf([] { decodeSound(soundFile(std::vector<float>(65), {.channels = 65}), "it"); }),
            "it: 65 channels, allowed are 1 to 64");
}

} // namespace
} // namespace transept::features
