// SPDX-License-Identifier: Apache-2.0
//
// Patches that say where they lie, against what the original makes of the same images
// (references/make_flat_patches.py).

#include "media/images/FlatPatches.h"
#include "tests/unit/media/features/References.h"

#include <cmath>

namespace transept::features {
namespace {

TEST(FlatPatches, EqualTheOriginal) {
  const auto references = readReferenceJson("flat_patches.json");
  ASSERT_EQ(references["cases"].size(), 8u);
  for (const auto &each : references["cases"]) {
    SCOPED_TRACE(each["size"].dump());
    Image image = randomImage(each["size"][0], each["size"][1]);
    if (each["image"] == "gray")
      std::ranges::fill(image.pixels, uint8_t(77));
    FlatPatchSettings settings;
    settings.patch = {each["patch"][0], each["patch"][1]};
    settings.maximumPatches = each["max_patches"];
    ImageSize grid = flatPatchGrid({image.height, image.width}, settings);
    EXPECT_EQ(grid.height * grid.width, each["rows"]);
    Features patches = flatPatches(image, settings);
    ASSERT_EQ(patches.rows, each["rows"]);
    ASSERT_EQ(patches.width, each["width"]);
    ASSERT_EQ(patches.values.size(), patches.rows * patches.width);
    // Sums of floats have an order, which is not the original's.
    for (size_t index = 0; index < each["values"].size(); ++index)
      EXPECT_NEAR(patches.values[index * size_t(each["step"])], each["values"][index].get<float>(),
                  2e-6);
    const float *last = patches.values.data() + (patches.rows - 1) * patches.width;
    for (size_t index = 0; index < each["last_row"].size(); ++index)
      EXPECT_NEAR(last[index], each["last_row"][index].get<float>(), 2e-6);
  }
}

TEST(FlatPatches, AreAtLeastOneAndAtMostTheBudget) {
  FlatPatchSettings settings{.maximumPatches = 1, .patch = {4, 4}};
  EXPECT_EQ(flatPatches(randomImage(9, 5), settings).rows, 1u);
  settings.maximumPatches = 10;
  for (size_t width : {1u, 7u, 100u, 65500u}) {
    ImageSize grid = flatPatchGrid({3, width}, settings);
    EXPECT_GE(grid.height, 1u);
    EXPECT_LE(grid.height * grid.width, 10u) << width;
  }
}

} // namespace
} // namespace transept::features
