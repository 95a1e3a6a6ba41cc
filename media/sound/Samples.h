// SPDX-License-Identifier: Apache-2.0
//
// Where the samples of a sound come from: a file, or a program's memory.

#ifndef TRANSEPT_MEDIA_SOUND_SAMPLES_H
#define TRANSEPT_MEDIA_SOUND_SAMPLES_H

#include <functional>
#include <memory>
#include <vector>

namespace transept::features {

/// Samples of one channel at the rate that a model wants, block by block. Full scale is 1.
class SampleReader {
public:
  virtual ~SampleReader() = default;
  /// Appends the next samples; returns false where there are no more.
  virtual bool read(std::vector<float> &samples) = 0;
};

/// Begins to read a sound, each time from its beginning.
using SampleSource = std::function<std::unique_ptr<SampleReader>()>;

} // namespace transept::features

#endif
