// SPDX-License-Identifier: Apache-2.0
//
// Features of long sounds, piece by piece, against those of the whole in one go.

#include "media/sound/WhisperSound.h"
#include "media/sound/Sound.h"
#include "tests/unit/media/features/References.h"

#include <cmath>
#include <cstring>
#include <sys/resource.h>
#include <unistd.h>

namespace transept::features {
namespace {

using ::testing::HasSubstr;

/// Chunks of a second, so that a few seconds are long.
constexpr WhisperSettings kSettings{.chunkSeconds = 1};

/// A WAV file of 16 bits: a sweep that is loudest near its end.
std::string waveOf(size_t frames, int rate, int channels) {
  std::string data;
  auto append = [&](uint32_t value, int count) {
    for (int index = 0; index < count; ++index)
      data += char(value >> (8 * index));
  };
  for (size_t frame = 0; frame < frames; ++frame)
    for (int channel = 0; channel < channels; ++channel) {
      double time = double(frame) / rate, loudness = 0.9 * double(frame + 1) / double(frames);
      append(uint32_t(int(32767 * loudness * std::sin(900 * time * (1 + time) + channel))), 2);
    }
  std::string samples = std::move(data);
  data = "RIFF";
  append(uint32_t(36 + samples.size()), 4);
  data += "WAVEfmt ";
  append(16, 4);
  append(1, 2);
  append(uint32_t(channels), 2);
  append(uint32_t(rate), 4);
  append(uint32_t(rate * channels * 2), 4);
  append(uint32_t(channels * 2), 2);
  append(16, 2);
  data += "data";
  append(uint32_t(samples.size()), 4);
  return data + samples;
}

Features whole(const std::string &file) {
  return whisperFeatures(decodeSound(file, "it"), kSettings, /*isPadded=*/false, "it");
}

void expectSame(std::span<const float> expected, std::span<const float> actual) {
  ASSERT_EQ(expected.size(), actual.size());
  EXPECT_EQ(std::memcmp(expected.data(), actual.data(), actual.size_bytes()), 0);
}

TEST(WhisperSound, GivesTheBitsOfTheWholeSound) {
  // Lengths around whole frames and whole pieces of frames.
  for (size_t length : {16001, 16159, 16160, 16161, 81920, 82000, 200000}) {
    SCOPED_TRACE(length);
    std::string file = waveOf(length, 16000, 1);
    Features expected = whole(file);
    WhisperSound sound(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings);
    ASSERT_EQ(sound.frameCount(), expected.rows);
    EXPECT_EQ(sound.seconds(), double(length) / 16000);
    expectSame(expected.values, sound.read(0, expected.rows));
  }
}

TEST(WhisperSound, WindowsMayOverlapAndSkip) {
  std::string file = waveOf(300000, 16000, 1);
  Features expected = whole(file);
  WhisperSound sound(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings);
  for (auto [begin, count] : std::vector<std::pair<size_t, size_t>>{
           {0, 100}, {0, 100}, {37, 100}, {38, 3}, {900, 100}, {1775, 100}})
    expectSame(std::span(expected.values).subspan(begin * 80, count * 80),
               sound.read(begin, count));
}

TEST(WhisperSound, AnyRateAndStereoAreRead) {
  std::string file = waveOf(44100 * 3, 44100, 2);
  Features expected = whole(file);
  WhisperSound sound(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings);
  ASSERT_EQ(sound.frameCount(), expected.rows);
  expectSame(expected.values, sound.read(0, expected.rows));
}

TEST(WhisperSound, APartIsAsIfThereWasNothingElse) {
  std::string file = waveOf(100000, 16000, 1);
  std::vector<float> samples = decodeSound(file, "it");
  std::vector<float> cut(samples.begin() + 8000, samples.begin() + 8000 + 40000);
  Features expected = whisperFeatures(cut, kSettings, /*isPadded=*/false, "it");
  WhisperSound sound(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings,
                     {.begin = 0.5, .length = 2.5});
  EXPECT_EQ(sound.seconds(), 2.5);
  ASSERT_EQ(sound.frameCount(), expected.rows);
  expectSame(expected.values, sound.read(0, expected.rows));
  WhisperSound rest(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings,
                    {.begin = 5, .length = 100});
  EXPECT_EQ(rest.seconds(), 1.25);
}

TEST(WhisperSound, OneChunkIsFilledUpWithSilence) {
  for (size_t length : {1, 100, 9000, 16000}) {
    std::string file = waveOf(length, 16000, 1);
    Features expected =
        whisperFeatures(decodeSound(file, "it"), kSettings, /*isPadded=*/true, "it");
    WhisperSound sound(samplesOfFile(bytesInMemory(file), "it"), "it", kSettings);
    ASSERT_EQ(sound.frameCount(), 100U);
    expectSame(expected.values, sound.read(0, 100));
    expectSame(expected.values, sound.read(0, 100));
  }
}

TEST(WhisperSound, IsReadFromPipesAndFiles) {
  std::string file = waveOf(20000, 16000, 1);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], file.data(), file.size()), ssize_t(file.size()));
  close(ends[1]);
  WhisperSound sound(samplesOfFile(bytesOfPipe(ends[0], "-"), "-"), "-", kSettings);
  close(ends[0]);
  expectSame(whole(file).values, sound.read(0, 125));
  WhisperSound chirp(samplesOfFile(bytesOfFile(referencePath("chirp.wav")), "chirp.wav"),
                     "chirp.wav", kSettings);
  EXPECT_EQ(
      chirp.frameCount(),
      WhisperSound(samplesOfFile(bytesInMemory(readReference("chirp.wav")), "it"), "it", kSettings)
          .frameCount());
}

TEST(WhisperSound, RefusesWhatIsNoSoundOrDamaged) {
  auto open = [](const std::string &bytes, SoundPart part = {}) {
    return errorOf(
        [&] { WhisperSound(samplesOfFile(bytesInMemory(bytes), "it"), "it", kSettings, part); });
  };
  std::string file = waveOf(100000, 16000, 1);
  EXPECT_EQ(open(""), "it: the file is empty");
  EXPECT_THAT(open("no sound at all"), HasSubstr("it: not a sound file"));
  EXPECT_THAT(open(file.substr(0, 50000)), HasSubstr("it: the file ends early"));
  EXPECT_EQ(open(file, {.begin = 7}), "it: the sound ends before 7.00 seconds");
  EXPECT_THAT(errorOf([] { bytesOfFile("/nowhere/sound.wav"); }), HasSubstr("/nowhere/sound.wav"));
  EXPECT_THAT(errorOf([] { bytesOfFile("/tmp"); }), HasSubstr("folder"));
}

TEST(WhisperSound, NamesThePipeThatCannotBeReadOrKept) {
  // The end of a pipe that is for writing cannot be read.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(errorOf([&] { bytesOfPipe(ends[1], "it"); }), "it: Bad file descriptor");
  close(ends[1]);
  // A copy takes two descriptors: none is left, and one.
  rlimit usual;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  for (rlim_t left : {0, 1}) {
    int next = dup(ends[0]);
    close(next);
    rlimit few{rlim_t(next) + left, usual.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    std::string error = errorOf([&] { bytesOfPipe(ends[0], "it"); });
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_EQ(error, "it: Too many open files") << left;
  }
  close(ends[0]);
}

} // namespace
} // namespace transept::features
