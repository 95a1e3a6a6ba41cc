// SPDX-License-Identifier: Apache-2.0
//
// DonutSwin and mBART's decoder: what becomes of the golden checkpoint, and what is refused.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Donut, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("donut");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source;
  EXPECT_EQ(source.embedding.features->length, 48);
  EXPECT_EQ(source.embedding.norm->gain.name, "encoder.embeddings.norm.weight");
  ASSERT_EQ(source.stages.size(), 1u);
  const Stage &stage = source.stages[0];
  EXPECT_EQ(stage.grid.height, 6);
  EXPECT_EQ(stage.grid.width, 8);
  EXPECT_EQ(stage.hiddenSize, 24);
  ASSERT_EQ(stage.selfAttention.variants.size(), 2u);
  EXPECT_EQ(stage.selfAttention.variants[0].tiles->shift, 0);
  EXPECT_EQ(stage.selfAttention.variants[1].tiles->shift, 1);
  EXPECT_EQ(stage.selfAttention.tilePlaces(), 25);
  EXPECT_FALSE(stage.reduction.bias);
  EXPECT_EQ(source.grid->height, 3);
  EXPECT_EQ(source.grid->width, 4);
  EXPECT_EQ(source.selfAttention.variants.size(), 1u) << "a tile as high as the grid does not move";
  EXPECT_FALSE(source.finalNorm);
  const Stack &target = description.target;
  EXPECT_EQ(target.normPlacement, NormPlacement::Pre);
  EXPECT_TRUE(target.finalNorm && target.embedding.norm);
  EXPECT_EQ(target.embedding.positions.offset, 2);
  EXPECT_EQ(description.logits.weight.name, "decoder.model.decoder.embed_tokens.weight");
  EXPECT_EQ(description.generation.decoderStartId, 5);
}

TEST(Donut, RefusesWhatItsClassCannotCompute) {
  TestCheckpoint checkpoint("donut");
  auto &encoder = checkpoint.config["encoder"];
  auto errorWith = [&](const char *field, const nlohmann::ordered_json &value) {
    const nlohmann::ordered_json before = encoder[field];
    encoder[field] = value;
    std::string error = checkpoint.error();
    encoder[field] = before;
    return error;
  };
  EXPECT_THAT(errorWith("use_absolute_embeddings", true), HasSubstr("use_absolute_embeddings"));
  EXPECT_THAT(errorWith("window_size", 4), HasSubstr("as a stage has 3 by 4 patches"));
  EXPECT_THAT(errorWith("num_heads", {2}), HasSubstr("as many as num_heads = 1"));
  EXPECT_THAT(errorWith("num_heads", {2, 5}), HasSubstr("a divisor of 48"));
  EXPECT_THAT(errorWith("depths", "two"), HasSubstr("a list of integers"));
  EXPECT_THAT(errorWith("image_size", {24, 30}), HasSubstr("a multiple of patch_size = 4"));
  EXPECT_THAT(errorWith("image_size", {24}), HasSubstr("a number, or two: height and width"));
}

} // namespace
} // namespace transept::frontend
