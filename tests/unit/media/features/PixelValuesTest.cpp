// SPDX-License-Identifier: Apache-2.0
//
// From an image to patches, with the settings of real checkpoints, in the bits of numpy's floats.

#include "media/images/PixelValues.h"
#include "media/preprocessor/Settings.h"
#include "tests/unit/media/features/References.h"

namespace transept::features {
namespace {

TEST(PixelValues, EqualTheOriginalBitByBit) {
  auto references = readReferenceJson("images.json");
  for (const auto &each : references["pixels"]) {
    SCOPED_TRACE(each["config"].dump());
    std::vector<std::string> warnings;
    Settings settings = readSettings(each["config"].dump(), "config", "", warnings);
    EXPECT_THAT(warnings, ::testing::IsEmpty());
    const Image image = randomImage(each["image"][0], each["image"][1]);
    PixelValues pixels = pixelValues(image, std::get<ImageSettings>(settings), "it");
    Features patches = cutPatches(pixels, each["patch"], "it");
    ASSERT_EQ(patches.rows, each["rows"]);
    ASSERT_EQ(patches.width, each["width"]);
    for (size_t index = 0; index < each["first"].size(); ++index)
      EXPECT_EQ(patches.values[index], each["first"][index].get<float>());
    EXPECT_EQ(hashOf(pixels.values.data(), pixels.values.size() * 4),
              each["pixels_hash"].get<std::string>());
    EXPECT_EQ(hashOf(patches.values.data(), patches.values.size() * 4),
              each["patches_hash"].get<std::string>());
  }
}

TEST(PixelValues, CanLeaveOutEveryStep) {
  Image image = randomImage(3, 2);
  PixelValues pixels =
      pixelValues(image, {.size = {}, .crop = {}, .scale = {}, .normalization = {}}, "it");
  EXPECT_EQ(pixels.height, 2U);
  EXPECT_EQ(pixels.width, 3U);
  for (size_t index = 0; index < 6; ++index)
    for (size_t channel = 0; channel < 3; ++channel)
      EXPECT_EQ(pixels.values[channel * 6 + index], image.pixels[index * 3 + channel]);
}

TEST(PixelValues, RefusesWhatIsTooLongToFit) {
  ImageSettings settings;
  settings.size = ImageSize{8, 8};
  settings.fit = ImageSettings::Fit{};
  EXPECT_EQ(pixelValues(randomImage(21, 10), settings, "it").width, 8U);
  EXPECT_THAT(errorOf([&] { pixelValues(randomImage(41, 10), settings, "it"); }),
              testing::HasSubstr("it: an image of 32 x 8 pixels"));
  EXPECT_THAT(errorOf([&] { pixelValues(randomImage(1, 9000), settings, "it"); }),
              testing::HasSubstr("pixels, allowed are"));
}

TEST(PixelValues, PatchesHaveTheOrderOfAConvolution) {
  // Values count through [3, 4, 6]; patches of 2: the second row of patches begins at pixel row 2.
  PixelValues pixels{4, 6, std::vector<float>(72)};
  for (size_t index = 0; index < pixels.values.size(); ++index)
    pixels.values[index] = float(index);
  Features patches = cutPatches(pixels, 2, "it");
  EXPECT_EQ(patches.rows, 6U);
  EXPECT_EQ(patches.width, 12U);
  std::vector<float> fifth(patches.values.begin() + 48, patches.values.begin() + 60);
  EXPECT_EQ(fifth, (std::vector<float>{14, 15, 20, 21, 38, 39, 44, 45, 62, 63, 68, 69}));
}

TEST(PixelValues, LinesArePixelByPixel) {
  Features lines =
      cutLines({.height = 2, .width = 2, .values = {1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8}});
  EXPECT_EQ(lines.rows, 2u);
  EXPECT_EQ(lines.width, 6u);
  EXPECT_EQ(lines.values, (std::vector<float>{1, 10, 5, 2, 20, 6, 3, 30, 7, 4, 40, 8}));
}

TEST(PixelValues, RefusesPartsOfPatches) {
  PixelValues pixels{4, 6, std::vector<float>(72)};
  EXPECT_EQ(errorOf([&] { cutPatches(pixels, 4, "it"); }),
            "it: 6 x 4 pixels are not whole patches of 4 x 4");
  EXPECT_EQ(errorOf([&] { cutPatches(pixels, 0, "it"); }),
            "it: 6 x 4 pixels are not whole patches of 0 x 0");
}

} // namespace
} // namespace transept::features
