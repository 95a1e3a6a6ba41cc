// SPDX-License-Identifier: Apache-2.0
//
// From files to rows, the way the command does it.

#include "media/preprocessor/Extractor.h"
#include "tests/unit/media/features/References.h"

#include <filesystem>

namespace transept::features {
namespace {

using ::testing::HasSubstr;

TEST(Extractor, TurnsSoundsIntoFrames) {
  Extractor extractor(R"({"feature_extractor_type": "WhisperFeatureExtractor"})");
  EXPECT_FALSE(extractor.takesImages());
  EXPECT_EQ(extractor.width(), 80U);
  Features features = extractor.extract(referencePath("chirp.wav"));
  EXPECT_EQ(features.rows, 3000U);
  EXPECT_EQ(features.width, 80U);
  EXPECT_EQ(features.values.size(), 240000U);
  EXPECT_EQ(extractor.extract(referencePath("chirp.wav"), {.isPadded = false}).rows, 40U);

  Extractor kaldi(
      R"({"feature_extractor_type": "Speech2TextFeatureExtractor", "num_mel_bins": 20})");
  EXPECT_EQ(kaldi.width(), 20U);
  EXPECT_EQ(kaldi.extract(referencePath("chirp.wav")).rows, 38U);

  Extractor frames(
      R"({"feature_extractor_type": "Wav2Vec2FeatureExtractor", "do_normalize": false})",
      {.samplesPerRow = 80});
  EXPECT_EQ(frames.width(), 80U);
  EXPECT_EQ(frames.extract(referencePath("chirp.wav")).rows, 80U);
  EXPECT_EQ(frames.extract(referencePath("chirp.wav"), {.enoughRows = 7}).rows, 7U);
}

TEST(Extractor, TurnsImagesIntoPatches) {
  Extractor extractor(R"({"image_processor_type": "ViTImageProcessor", "size": 32, "left": 1})",
                      {.patchSize = 8});
  EXPECT_TRUE(extractor.takesImages());
  EXPECT_EQ(extractor.width(), 192U);
  EXPECT_EQ(extractor.warnings().size(), 1U);
  for (const char *name : {"rgb.png", "cmyk.jpg"}) {
    Features features = extractor.extract(referencePath(name));
    EXPECT_EQ(features.rows, 16U);
    EXPECT_EQ(features.width, 192U);
  }
}

TEST(Extractor, NeedsPatchesThatFit) {
  const char *config = R"({"image_processor_type": "ViTImageProcessor", "size": 30})";
  EXPECT_THAT(errorOf([&] { Extractor extractor(config); }), HasSubstr("size of the patches"));
  EXPECT_EQ(errorOf([&] { Extractor extractor(config, {.patchSize = 16, .name = "a/config"}); }),
            "a/config: images of 30 x 30 pixels are not whole patches of 16 x 16");
  // Sizes that only the image has are seen later.
  Extractor extractor(R"({"image_processor_type": "ViTImageProcessor", "do_resize": false})",
                      {.patchSize = 8});
  EXPECT_THAT(errorOf([&] { extractor.extract(referencePath("rgb.png")); }),
              HasSubstr("rgb.png: 16 x 12 pixels are not whole patches of 8 x 8"));
}

TEST(Extractor, SaysWhichFileIsWrong) {
  Extractor sounds(R"({"feature_extractor_type": "WhisperFeatureExtractor"})");
  EXPECT_EQ(errorOf([&] { sounds.extract("/no/such.wav"); }), "/no/such.wav: no such file");
  EXPECT_EQ(errorOf([&] { sounds.extract("/tmp"); }), "/tmp: it is a folder, not a regular file");
  EXPECT_THAT(errorOf([&] { sounds.extract(referencePath("rgb.png")); }),
              HasSubstr("rgb.png: not a sound file"));
  Extractor images(R"({"image_processor_type": "ViTImageProcessor"})", {.patchSize = 16});
  EXPECT_THAT(errorOf([&] { images.extract(referencePath("chirp.wav")); }),
              HasSubstr("chirp.wav: neither a PNG nor a JPEG image"));
}

} // namespace
} // namespace transept::features
