// SPDX-License-Identifier: Apache-2.0
//
// Sounds of any length for tests: WAV files, 16 kHz, one channel of 16 bits.

#ifndef TRANSEPT_TESTS_END_TO_END_WAVES_H
#define TRANSEPT_TESTS_END_TO_END_WAVES_H

#include <cstdint>
#include <string>
#include <vector>

namespace transept::endtoend {

/// A recorded file of the unit tests.
inline std::string media(const std::string &name) {
  return TRANSEPT_SOURCE_DIR "/tests/unit/media/features/references/" + name;
}

/// What stands before so many bytes of samples.
inline std::string waveHeader(size_t bytes) {
  auto number = [](uint64_t value, size_t bytes) {
    std::string text;
    for (size_t index = 0; index < bytes; ++index)
      text += char(value >> (8 * index));
    return text;
  };
  return "RIFF" + number(36 + bytes, 4) + "WAVEfmt " + number(16, 4) + number(1, 2) + number(1, 2) +
         number(16000, 4) + number(32000, 4) + number(2, 2) + number(16, 2) + "data" +
         number(bytes, 4);
}

/// A file with these samples, two bytes each.
inline std::string waveWith(const std::string &data) {
  return waveHeader(data.size()) + data;
}

/// A sweep, as a file of 16 bits has it.
inline uint16_t sweepSample(size_t index) {
  return uint16_t(index * index / 50 % 4000);
}

/// The samples of waveOf(count).
inline std::vector<float> sweepOf(size_t count) {
  std::vector<float> samples;
  for (size_t index = 0; index < count; ++index)
    samples.push_back(float(int16_t(sweepSample(index))) / 32768);
  return samples;
}

/// A file of a sweep.
inline std::string waveOf(size_t samples) {
  std::string data;
  for (size_t index = 0; index < samples; ++index) {
    uint16_t sample = sweepSample(index);
    data += char(sample);
    data += char(sample >> 8);
  }
  return waveWith(data);
}

} // namespace transept::endtoend

#endif
