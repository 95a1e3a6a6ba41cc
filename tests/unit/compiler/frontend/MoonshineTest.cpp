// SPDX-License-Identifier: Apache-2.0
//
// Moonshine configurations: what stands between samples and the encoder, and a decoder with gates.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Moonshine, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("moonshine");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(target.layerCount, 3);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  EXPECT_FALSE(source.selfAttention.norm.bias);
  EXPECT_FALSE(source.selfAttention.query.bias);
  EXPECT_EQ(source.feedForward.activation, Activation::Gelu);
  EXPECT_FALSE(source.feedForward.gate);
  EXPECT_TRUE(source.feedForward.input.bias);
  EXPECT_EQ(source.finalNorm->gain.name, "model.encoder.layer_norm.weight");
  const Rotary &rotary = *target.selfAttention.variants.at(0).rotary;
  EXPECT_EQ(rotary.dims, 6) << "0.62 of 10 columns";
  EXPECT_TRUE(rotary.isInterleaved);
  EXPECT_TRUE(target.crossAttention->variants.empty());
  EXPECT_EQ(target.crossAttention->norm.gain.name,
            "model.decoder.layers.{layer}.post_attention_layernorm.weight");
  EXPECT_EQ(description.logits.weight.name, "model.decoder.embed_tokens.weight");
  EXPECT_EQ(description.generation.decoderStartId, 1);
}

TEST(Moonshine, SamplesGoThroughConvolutionsWithoutPadding) {
  const Features features = *TestCheckpoint("moonshine").describe().source.embedding.features;
  EXPECT_EQ(features.width, 1);
  EXPECT_EQ(features.length, 0);
  ASSERT_EQ(features.convolutions.size(), 3u);
  const Convolution &first = features.convolutions[0], &second = features.convolutions[1];
  EXPECT_EQ(first.kernelSize, 127);
  EXPECT_EQ(first.stride, 64);
  EXPECT_EQ(first.activation, Activation::Tanh);
  EXPECT_EQ(first.norm->kind, NormKind::Sequence);
  EXPECT_FALSE(first.linear.bias);
  EXPECT_EQ(second.linear.inputs, 7 * 40);
  EXPECT_EQ(second.linear.outputs, 80);
  EXPECT_EQ(second.padding, 0);
  EXPECT_FALSE(second.norm);
}

TEST(Moonshine, TheFirstHalfOfTheDecodersFeedForwardIsTheValue) {
  const FeedForward feedForward = TestCheckpoint("moonshine").describe().target.feedForward;
  EXPECT_EQ(feedForward.activation, Activation::Silu);
  EXPECT_EQ(feedForward.input.weight.rowBegin, 56);
  EXPECT_EQ(feedForward.gate->weight.rowBegin, 0);
  EXPECT_EQ(feedForward.gate->weight.rowCount, 56);
}

TEST(Moonshine, WhatTheClassCannotComputeIsRefused) {
  auto error = [](const char *key, Json value) {
    TestCheckpoint checkpoint("moonshine");
    checkpoint.config[key] = std::move(value);
    return checkpoint.error();
  };
  for (const char *key : {"decoder_num_attention_heads", "encoder_num_key_value_heads",
                          "decoder_num_key_value_heads"})
    EXPECT_THAT(error(key, 2), AllOf(HasSubstr(key), HasSubstr("the encoder's 4 heads")));
  EXPECT_THAT(error("partial_rotary_factor", 0.5), HasSubstr("partial_rotary_factor"));
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "dynamic"}, {"factor", 2.0}}),
              HasSubstr("dynamic"));
}

} // namespace
} // namespace transept::frontend
