// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes a sound file has: either InputError, or finite samples, and features of them.

#include "base/Error.h"
#include "media/sound/Sound.h"
#include "media/sound/SpeechFeatures.h"

#include <cmath>

using namespace transept;
using namespace transept::features;

/// libsndfile 1.2.0 forgets what it allocated for an Ogg stream when its headers are wrong.
extern "C" const char *__lsan_default_suppressions() {
  return "leak:libvorbis.so\n";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  try {
    // Three seconds, so that a long file does not use up the time of the others.
    std::vector<float> samples = decodeSound(bytes, "fuzz", {.enoughSamples = 48000});
    if (samples.size() > 48000)
      throw std::logic_error("more samples than asked for");
    for (float sample : samples)
      if (!std::isfinite(sample))
        throw std::logic_error("a sample is not finite");
    Features features = speech2TextFeatures(samples, {}, "fuzz");
    for (float value : features.values)
      if (!std::isfinite(value))
        throw std::logic_error("a feature is not finite");
  } catch (const InputError &) {
  }
  return 0;
}
