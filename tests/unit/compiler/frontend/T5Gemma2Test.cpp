// SPDX-License-Identifier: Apache-2.0
//
// T5Gemma 2 configurations: the text models of both sides, and nothing of images.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(T5Gemma2, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("t5gemma2");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, ElementsAre(HasSubstr("its vision tower is left out")));
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 6);
  EXPECT_EQ(source.normPlacement, NormPlacement::Sandwich);
  EXPECT_EQ(source.selfAttention.keyHeads(), 2);
  EXPECT_FALSE(source.selfAttention.mergesSource);
  EXPECT_EQ(source.selfAttention.queryNorm->gain.name,
            "model.encoder.layers.{layer}.self_attn.q_norm.weight");
  EXPECT_EQ(source.selfAttention.keyNorm->gainOffset, 1.0);
  EXPECT_FALSE(target.crossAttention);
  EXPECT_TRUE(target.selfAttention.mergesSource);
  EXPECT_DOUBLE_EQ(target.selfAttention.scale, 1 / std::sqrt(24.0));
  EXPECT_EQ(source.embedding.weight->name, description.logits.weight.name);
  EXPECT_EQ(target.embedding.weight->name, description.logits.weight.name);
  EXPECT_EQ(description.logits.softCap, 4.0);
  EXPECT_EQ(description.generation.decoderStartId, 2);
}

TEST(T5Gemma2, FiveLayersOfSixSeeAWindowAndTurnAtTheirOwnSpeed) {
  Description description = TestCheckpoint("t5gemma2").describe();
  const auto &source = description.source.selfAttention.variants;
  const auto &target = description.target.selfAttention.variants;
  ASSERT_EQ(source.size(), 6u);
  // Of a window of five, both sides together.
  EXPECT_EQ(source[4].window->before, 2);
  EXPECT_EQ(source[4].window->after, 2);
  EXPECT_EQ(target[4].window->before, 4);
  EXPECT_FALSE(target[4].window->after);
  EXPECT_FALSE(source[5].window);
  EXPECT_EQ(source[0].rotary->theta, 50);
  EXPECT_EQ(source[0].rotary->factor, 1);
  EXPECT_EQ(source[5].rotary->theta, 500);
  EXPECT_EQ(source[5].rotary->factor, 2);
}

TEST(T5Gemma2, OlderFilesSayTheSame) {
  TestCheckpoint checkpoint("t5gemma2");
  Json &decoder = checkpoint.config["decoder"];
  decoder.erase("rope_parameters");
  decoder.erase("layer_types");
  decoder["rope_theta"] = 600.0;
  decoder["rope_local_base_freq"] = 60.0;
  decoder["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 8.0}};
  decoder["sliding_window_pattern"] = 3;
  const auto variants = checkpoint.describe().target.selfAttention.variants;
  ASSERT_EQ(variants.size(), 3u);
  EXPECT_EQ(variants[1].rotary->theta, 60);
  EXPECT_EQ(variants[1].rotary->factor, 1);
  EXPECT_EQ(variants[2].rotary->theta, 600);
  EXPECT_EQ(variants[2].rotary->factor, 8);
}

TEST(T5Gemma2, BothSidesAreEquallyWide) {
  TestCheckpoint checkpoint("t5gemma2");
  checkpoint.config["decoder"]["hidden_size"] = 40;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("hidden_size"), HasSubstr("32")));
}

} // namespace
} // namespace transept::frontend
