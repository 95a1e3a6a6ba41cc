// SPDX-License-Identifier: Apache-2.0
//
// LED: BART with windows and global tokens in its encoder.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Led, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("led");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.family, "led");
  const Attention &attention = description.source.selfAttention;
  std::string module = "led.encoder.layers.{layer}.self_attn.";
  EXPECT_EQ(attention.query.weight.name, module + "longformer_self_attn.query.weight");
  EXPECT_EQ(attention.output.weight.name, module + "output.weight");
  ASSERT_TRUE(attention.globalTokens);
  EXPECT_EQ(attention.globalTokens->value.bias->name,
            module + "longformer_self_attn.value_global.bias");
  EXPECT_FALSE(description.target.selfAttention.globalTokens);
  EXPECT_EQ(description.target.selfAttention.query.weight.name,
            "led.decoder.layers.{layer}.self_attn.q_proj.weight");
  EXPECT_EQ(description.source.embedding.positions.length, 96);
  EXPECT_EQ(description.target.embedding.positions.length, 64);
  EXPECT_EQ(description.source.embedding.positions.offset, 0);
}

TEST(Led, WindowsAreHalvedAndMayDifferByLayer) {
  TestCheckpoint checkpoint("led");
  auto windows = [&] {
    std::vector<int64_t> result;
    for (const AttentionVariant &variant : checkpoint.describe().source.selfAttention.variants) {
      EXPECT_EQ(variant.window->before, variant.window->after);
      result.push_back(*variant.window->before);
    }
    return result;
  };
  EXPECT_EQ(windows(), (std::vector<int64_t>{4, 2}));
  checkpoint.config["attention_window"] = {6, 6};
  EXPECT_EQ(windows(), (std::vector<int64_t>{3}));
  checkpoint.config["attention_window"] = 10;
  EXPECT_EQ(windows(), (std::vector<int64_t>{5}));
  checkpoint.config.erase("attention_window");
  EXPECT_EQ(windows(), (std::vector<int64_t>{256}));
}

TEST(Led, WindowsThatAreNoneAreRefused) {
  TestCheckpoint checkpoint("led");
  checkpoint.config["attention_window"] = {8, 3};
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("attention_window"), HasSubstr("even number")));
  checkpoint.config["attention_window"] = {8};
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("attention_window"), HasSubstr("each of the 2 encoder_layers")));
  // Other families have none.
  TestCheckpoint bart("bart");
  bart.config["attention_window"] = 8;
  EXPECT_THAT(bart.error(), HasSubstr("attention_window"));
}

TEST(Led, TheClassWithoutAHeadHasNoPrefix) {
  TestCheckpoint checkpoint("led");
  TestTensors tensors;
  for (auto &[name, tensor] : checkpoint.tensors)
    if (name.starts_with("led."))
      tensors[name.substr(4)] = tensor;
  checkpoint.tensors = tensors;
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.weight->name, "shared.weight");
  EXPECT_EQ(description.source.selfAttention.key.weight.name,
            "encoder.layers.{layer}.self_attn.longformer_self_attn.key.weight");
}

} // namespace
} // namespace transept::frontend
