// SPDX-License-Identifier: Apache-2.0
//
// Moonshine Streaming configurations: frames and windows of the encoder, and positions between the
// sides.

#include "tests/support/TestCheckpoint.h"

#include <cmath>
#include <functional>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

Description described() {
  return TestCheckpoint("moonshine_streaming").describe();
}

TEST(MoonshineStreaming, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("moonshine_streaming");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 4);
  EXPECT_EQ(target.layerCount, 3);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::None);
  EXPECT_EQ(source.selfAttention.norm.gainOffset, 1.0);
  EXPECT_FALSE(source.selfAttention.norm.bias);
  EXPECT_EQ(source.selfAttention.keyHeadCount, 2);
  EXPECT_EQ(source.selfAttention.headDim, 12);
  EXPECT_TRUE(source.selfAttention.output.bias);
  EXPECT_EQ(source.feedForward.activation, Activation::Gelu);
  EXPECT_EQ(source.finalNorm->gain.name, "model.encoder.final_norm.gamma");
  EXPECT_FALSE(target.selfAttention.norm.gainOffset);
  EXPECT_FALSE(target.selfAttention.keyHeadCount);
  EXPECT_FALSE(target.crossAttention->query.bias);
  const Rotary &rotary = *target.selfAttention.variants.at(0).rotary;
  EXPECT_EQ(rotary.dims, 8) << "0.8 of 10 columns";
  EXPECT_EQ(rotary.theta, 100);
  EXPECT_TRUE(rotary.isInterleaved);
  EXPECT_EQ(target.feedForward.input.weight.rowBegin, 48) << "values come first";
  EXPECT_EQ(description.logits.weight.name, "proj_out.weight");
  EXPECT_EQ(description.generation.decoderStartId, 1);
}

TEST(MoonshineStreaming, FramesAreNormalizedCompressedAndJoinedLookingBack) {
  const Features features = *described().source.embedding.features;
  EXPECT_EQ(features.width, 80);
  EXPECT_EQ(features.length, 0);
  EXPECT_EQ(features.standardization->epsilon, 1e-6);
  EXPECT_EQ(features.standardization->activation, Activation::Asinh);
  ASSERT_EQ(features.convolutions.size(), 3u);
  EXPECT_EQ(features.convolutions[0].kernelSize, 1);
  EXPECT_FALSE(features.convolutions[0].linear.bias);
  EXPECT_EQ(features.convolutions[0].activation, Activation::Silu);
  const Convolution &first = features.convolutions[1], &second = features.convolutions[2];
  EXPECT_EQ(first.padding, 4);
  EXPECT_EQ(first.paddingBehind, 0);
  EXPECT_EQ(first.linear.outputs, 80);
  EXPECT_EQ(first.activation, Activation::Silu);
  EXPECT_EQ(second.linear.inputs, 5 * 80);
  EXPECT_EQ(second.linear.outputs, 40);
  EXPECT_FALSE(second.activation);
}

TEST(MoonshineStreaming, FramesAreScaledByTheExponentialOfWhatIsStored) {
  TestCheckpoint checkpoint("moonshine_streaming");
  TestTensor &logarithm = checkpoint.tensors.at("model.encoder.embedder.comp.log_k");
  logarithm.data = bytesOf({0.5f});
  EXPECT_DOUBLE_EQ(checkpoint.describe().source.embedding.features->standardization->scale,
                   std::exp(0.5));
  logarithm = {"F32", {2}, bytesOf({0.5f, 1.0f})};
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("comp.log_k"), HasSubstr("has 2 numbers")));
}

TEST(MoonshineStreaming, WindowsCountTheRowItself) {
  const auto variants = described().source.selfAttention.variants;
  ASSERT_EQ(variants.size(), 4u);
  auto seen = [&](size_t layer) {
    return std::pair(*variants[layer].window->before, *variants[layer].window->after);
  };
  EXPECT_EQ(seen(0), std::pair(int64_t(3), int64_t(2)));
  EXPECT_EQ(seen(1), std::pair(int64_t(2), int64_t(0)));
  EXPECT_EQ(seen(2), std::pair(int64_t(15), int64_t(3)));
  EXPECT_EQ(seen(3), std::pair(int64_t(0), int64_t(1)));
}

TEST(MoonshineStreaming, OnlyTheTargetSeesPositionsOfTheSource) {
  Description description = described();
  EXPECT_EQ(description.memoryPositions.kind, PositionKind::Learned);
  EXPECT_EQ(description.memoryPositions.length, 24);
  EXPECT_EQ(description.memoryPositions.table->name, "model.decoder.pos_emb.weight");
  EXPECT_EQ(description.projection->weight.name, "model.decoder.proj.weight");
  EXPECT_FALSE(description.projection->bias);
}

TEST(MoonshineStreaming, RopeFieldsCountTogetherOnly) {
  auto rotary = [](const std::function<void(Json &)> &change) {
    TestCheckpoint checkpoint("moonshine_streaming");
    change(checkpoint.config);
    return *checkpoint.describe().target.selfAttention.variants.at(0).rotary;
  };
  Rotary usual = rotary([](Json &config) {
    config.erase("rope_parameters");
    config["rope_theta"] = 50.0;
    config["partial_rotary_factor"] = 0.2;
  });
  EXPECT_EQ(usual.dims, 8);
  EXPECT_EQ(usual.theta, 10000);
  Rotary whole = rotary([](Json &config) { config["rope_parameters"] = {{"rope_theta", 50.0}}; });
  EXPECT_EQ(whole.dims, 10);
  EXPECT_EQ(whole.theta, 50);
}

TEST(MoonshineStreaming, WhatTheClassCannotComputeIsRefused) {
  auto error = [](const char *key, Json value, bool isOfEncoder = false) {
    TestCheckpoint checkpoint("moonshine_streaming");
    Json &config = checkpoint.config;
    (isOfEncoder ? config["encoder_config"] : config)[key] = std::move(value);
    return checkpoint.error();
  };
  EXPECT_THAT(error("num_key_value_heads", 2),
              AllOf(HasSubstr("num_key_value_heads"), HasSubstr("num_attention_heads = 4")));
  EXPECT_THAT(error("num_key_value_heads", 3, true), HasSubstr("a divisor of"));
  EXPECT_THAT(error("encoder_config", 3), HasSubstr("an object"));
  EXPECT_THAT(error("frame_ms", 0.001, true), HasSubstr("a frame of 1 sample or more"));
  EXPECT_THAT(error("sliding_window", 3, true), HasSubstr("sliding_window"));
  for (Json windows : {Json{{4, 3}, {3, 0}, {16, 4}}, Json{{4, 3}, {0, 2}, {16, 4}, {1, 2}},
                       Json{{4, 3}, {3}, {16, 4}, {1, 2}}, Json{{4, 3}, {3, -1}, {16, 4}, {1, 2}}})
    EXPECT_THAT(error("sliding_windows", windows, true), HasSubstr("an array of 4 pairs"));
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "dynamic"}, {"factor", 2.0}}),
              HasSubstr("dynamic"));
}

} // namespace
} // namespace transept::frontend
