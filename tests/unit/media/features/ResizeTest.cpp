// SPDX-License-Identifier: Apache-2.0
//
// Resizing must equal Pillow's in every bit.

#include "tests/unit/media/features/References.h"

namespace transept::features {
namespace {

TEST(Resize, EqualsPillowBitByBit) {
  auto references = readReferenceJson("images.json");
  for (const auto &each : references["resize"]) {
    SCOPED_TRACE(each["from"].dump() + " to " + each["to"].dump() + each["filter"].dump());
    Filter filter = each["filter"] == "bilinear" ? Filter::bilinear : Filter::bicubic;
    Image image = randomImage(each["from"][0], each["from"][1]);
    Image result = resizeImage(image, each["to"][0], each["to"][1], filter);
    EXPECT_EQ(result.width, each["to"][0]);
    EXPECT_EQ(result.height, each["to"][1]);
    if (each.contains("pixels")) {
      EXPECT_EQ(result.pixels, each["pixels"].get<std::vector<uint8_t>>());
    }
    EXPECT_EQ(hashOf(result.pixels.data(), result.pixels.size()), each["hash"].get<std::string>());
  }
}

TEST(Resize, KeepsAnImageThatHasTheSize) {
  Image image = randomImage(6, 5);
  EXPECT_EQ(resizeImage(image, 6, 5, Filter::bicubic), image);
}

TEST(Resize, KeepsOneColor) {
  Image image(31, 7);
  std::fill(image.pixels.begin(), image.pixels.end(), uint8_t(201));
  for (Filter filter : {Filter::bilinear, Filter::bicubic})
    EXPECT_THAT(resizeImage(image, 4, 90, filter).pixels, ::testing::Each(201));
}

} // namespace
} // namespace transept::features
