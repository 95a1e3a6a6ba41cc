// SPDX-License-Identifier: Apache-2.0
//
// Whatever preprocessor_config.json says: either InputError, or an extractor that works.

#include "base/Error.h"
#include "media/preprocessor/Extractor.h"

#include <string>

using namespace transept;
using namespace transept::features;

extern "C" void addFuzzSeeds(std::vector<std::string> &seeds) {
  seeds.push_back(R"({"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80,
    "hop_length": 160, "n_fft": 400, "chunk_length": 1, "sampling_rate": 16000,
    "padding_side": "right", "padding_value": 0.0, "dither": 0.0})");
  seeds.push_back(R"({"feature_extractor_type": "Speech2TextFeatureExtractor",
    "num_mel_bins": 80, "do_ceptral_normalize": true, "normalize_means": true,
    "normalize_vars": false, "sampling_rate": 16000})");
  seeds.push_back(R"({"image_processor_type": "DeiTImageProcessor", "crop_size": 16,
    "size": {"height": 16, "width": 24}, "resample": 3, "do_center_crop": true,
    "do_resize": true, "rescale_factor": 0.004, "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5]})");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  try {
    Extractor extractor({reinterpret_cast<const char *>(data), size}, {.patchSize = 8});
    // Bytes that are no file of any kind: the settings' checks are the point here.
    extractor.extractBytes("nothing", "fuzz");
  } catch (const InputError &) {
  }
  return 0;
}
