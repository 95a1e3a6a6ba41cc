// SPDX-License-Identifier: Apache-2.0
//
// T5Gemma configurations: what of two Gemma configurations makes one description.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(T5Gemma, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("t5gemma");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 3);
  EXPECT_EQ(source.hiddenSize, 40);
  EXPECT_EQ(target.hiddenSize, 32);
  EXPECT_EQ(source.normPlacement, NormPlacement::Sandwich);
  EXPECT_EQ(source.selfAttention.headCount, 4);
  EXPECT_EQ(source.selfAttention.keyHeads(), 2);
  EXPECT_EQ(source.selfAttention.headDim, 12);
  EXPECT_DOUBLE_EQ(source.selfAttention.scale, 1 / std::sqrt(20.0));
  EXPECT_EQ(source.selfAttention.softCap, 2.0);
  EXPECT_EQ(source.selfAttention.norm.gainOffset, 1.0);
  EXPECT_EQ(source.selfAttention.postNorm->gain.name,
            "model.encoder.layers.{layer}.post_self_attn_layernorm.weight");
  EXPECT_DOUBLE_EQ(source.embedding.scale, std::sqrt(40.0));
  EXPECT_EQ(target.crossAttention->key.inputs, 40);
  EXPECT_EQ(target.crossAttention->key.outputs, 32);
  EXPECT_EQ(target.crossAttention->postNorm->gain.name,
            "model.decoder.layers.{layer}.post_cross_attn_layernorm.weight");
  EXPECT_EQ(target.feedForward.activation, Activation::GeluTanh);
  EXPECT_EQ(target.feedForward.gate->weight.name,
            "model.decoder.layers.{layer}.mlp.up_proj.weight");
  EXPECT_EQ(source.embedding.weight->name, "model.encoder.embed_tokens.weight");
  EXPECT_EQ(description.logits.weight.name, "model.decoder.embed_tokens.weight");
  EXPECT_EQ(description.logits.softCap, 4.0);
  EXPECT_EQ(description.generation.decoderStartId, 2);
}

TEST(T5Gemma, WindowsOfTheEncoderLookBothWaysAndAllButCrossAttentionTurns) {
  Description description = TestCheckpoint("t5gemma").describe();
  const auto &source = description.source.selfAttention.variants;
  const auto &target = description.target.selfAttention.variants;
  ASSERT_EQ(source.size(), 2u);
  ASSERT_EQ(target.size(), 2u);
  EXPECT_EQ(source[0].window->before, 4);
  EXPECT_EQ(source[0].window->after, 4);
  EXPECT_FALSE(source[1].window);
  EXPECT_EQ(target[0].window->before, 3);
  EXPECT_FALSE(target[0].window->after);
  EXPECT_EQ(source[1].rotary->theta, 10000);
  EXPECT_EQ(target[1].rotary->theta, 500);
  EXPECT_EQ(target[1].rotary->dims, 16);
  EXPECT_TRUE(description.target.crossAttention->variants.empty());
}

TEST(T5Gemma, TypesOfLayersAreTakenAsTheyAre) {
  TestCheckpoint checkpoint("t5gemma");
  auto windowed = [&](std::vector<std::string> types) {
    checkpoint.config["encoder"]["layer_types"] = std::move(types);
    std::string text;
    for (const AttentionVariant &variant : checkpoint.describe().source.selfAttention.variants)
      text += variant.window ? "w" : "-";
    return text;
  };
  const std::string full = "full_attention", sliding = "sliding_attention";
  EXPECT_EQ(windowed({full, full, full}), "-");
  EXPECT_EQ(windowed({full, sliding, full}), "-w");
  EXPECT_EQ(windowed({full, full, sliding}), "--w");
  checkpoint.config["encoder"].erase("layer_types");
  EXPECT_EQ(checkpoint.describe().source.selfAttention.variants.size(), 2u);
  checkpoint.config["encoder"]["layer_types"] = {full, "chunked_attention", full};
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("layer_types"), HasSubstr("chunked_attention")));
  checkpoint.config["encoder"]["layer_types"] = {full};
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("layer_types"), HasSubstr("3 types")));
}

TEST(T5Gemma, RotaryPositionsAreReadFromFilesOfAllVersions) {
  TestCheckpoint checkpoint("t5gemma");
  auto rotary = [&](size_t variant) {
    return *checkpoint.describe().target.selfAttention.variants.at(variant).rotary;
  };
  Json &decoder = checkpoint.config["decoder"];
  decoder["rope_scaling"] = {{"type", "linear"}, {"factor", 8.0}};
  EXPECT_EQ(rotary(0).theta, 500);
  EXPECT_EQ(rotary(0).factor, 8);
  decoder.erase("rope_scaling");
  decoder["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 77.0}};
  EXPECT_EQ(rotary(1).theta, 77);
  EXPECT_EQ(rotary(1).factor, 1);
  decoder["rope_parameters"] = {{"full_attention", {{"rope_theta", 78.0}}},
                                {"sliding_attention", nullptr}};
  EXPECT_EQ(rotary(0).theta, 500);
  EXPECT_EQ(rotary(1).theta, 78);
}

TEST(T5Gemma, ACapThatIsNullIsNone) {
  TestCheckpoint checkpoint("t5gemma");
  for (const char *key : {"attn_logit_softcapping", "final_logit_softcapping"})
    checkpoint.config["decoder"][key] = nullptr;
  Description description = checkpoint.describe();
  EXPECT_FALSE(description.target.selfAttention.softCap);
  EXPECT_FALSE(description.target.crossAttention->softCap);
  EXPECT_FALSE(description.logits.softCap);
  EXPECT_TRUE(description.source.selfAttention.softCap);
  checkpoint.config["decoder"]["final_logit_softcapping"] = 0;
  EXPECT_THAT(checkpoint.error(), HasSubstr("final_logit_softcapping"));
}

TEST(T5Gemma, TheHeadIsTheDecodersEmbeddingUnlessBothFieldsDeny) {
  TestCheckpoint checkpoint("t5gemma");
  checkpoint.config["tie_word_embeddings"] = false;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("decoder"), HasSubstr("tie_word_embeddings")));
  checkpoint.config["decoder"]["tie_word_embeddings"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("lm_head.out_proj.weight"));
  checkpoint.tensors["lm_head.out_proj.weight"] =
      checkpoint.tensors["model.decoder.embed_tokens.weight"];
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "lm_head.out_proj.weight");
}

TEST(T5Gemma, WhatChangesTheMathematicsIsRefusedByName) {
  auto error = [](const char *key, Json value) {
    TestCheckpoint checkpoint("t5gemma");
    checkpoint.config["decoder"][key] = std::move(value);
    return checkpoint.error();
  };
  EXPECT_THAT(error("attention_bias", true), HasSubstr("attention_bias"));
  EXPECT_THAT(error("rope_scaling", {{"rope_type", "yarn"}, {"factor", 8.0}}),
              AllOf(HasSubstr("rope_scaling"), HasSubstr("yarn")));
  EXPECT_THAT(error("rope_parameters", {{"rope_type", "default"}, {"beta_fast", 8.0}}),
              AllOf(HasSubstr("rope_parameters"), HasSubstr("beta_fast")));
  EXPECT_THAT(error("partial_rotary_factor", 0.5), HasSubstr("partial_rotary_factor"));
  EXPECT_THAT(error("num_key_value_heads", 4), HasSubstr("num_key_value_heads"));
  EXPECT_THAT(error("head_dim", 15), HasSubstr("head_dim"));
  TestCheckpoint checkpoint("t5gemma");
  checkpoint.config["architectures"] = {"T5GemmaForSequenceClassification"};
  EXPECT_THAT(checkpoint.error(), HasSubstr("T5GemmaForSequenceClassification"));
}

} // namespace
} // namespace transept::frontend
