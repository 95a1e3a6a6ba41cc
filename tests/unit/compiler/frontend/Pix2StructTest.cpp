// SPDX-License-Identifier: Apache-2.0
//
// Pix2Struct: patches that say where they lie, and T5's layers under other names.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Pix2Struct, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("pix2struct");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(target.layerCount, 3);
  const Features &features = source.embedding.features.value();
  EXPECT_EQ(features.width, 50);
  EXPECT_EQ(features.length, 0);
  ASSERT_EQ(features.countedTables.size(), 2u);
  EXPECT_EQ(features.countedTables[0].table.name, "encoder.embeddings.row_embedder.weight");
  EXPECT_EQ(features.countedTables[1].rowCount, 64);
  EXPECT_TRUE(features.convolutions.at(0).linear.bias);
  EXPECT_EQ(source.selfAttention.scale, 1.0);
  EXPECT_FALSE(source.selfAttention.query.bias);
  EXPECT_FALSE(source.selfAttention.relativeBias);
  EXPECT_EQ(source.feedForward.activation, Activation::GeluTanh);
  EXPECT_EQ(target.selfAttention.relativeBias->bucketCount, 16);
  EXPECT_FALSE(target.selfAttention.relativeBias->isBidirectional);
  EXPECT_EQ(target.crossAttention->norm.kind, NormKind::RootMeanSquare);
  EXPECT_EQ(target.feedForward.gate->weight.name,
            "decoder.layer.{layer}.mlp.DenseReluDense.wi_1.weight");
  EXPECT_EQ(description.logits.weight.name, "decoder.lm_head.weight");
  EXPECT_EQ(description.logits.scale, 1.0);
  EXPECT_EQ(description.generation.decoderStartId, 0);
  EXPECT_THAT(description.generation.endIds, ElementsAre(1));
}

TEST(Pix2Struct, ATiedHeadIsTheEmbedding) {
  TestCheckpoint checkpoint("pix2struct");
  checkpoint.config["tie_word_embeddings"] = true;
  EXPECT_THAT(checkpoint.error(), HasSubstr("decoder.lm_head.weight")) << "they differ";
  checkpoint.tensors.erase("decoder.lm_head.weight");
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "decoder.embed_tokens.weight");
}

TEST(Pix2Struct, SaysThatQuestionsAreNotDrawn) {
  TestCheckpoint checkpoint("pix2struct");
  checkpoint.config["is_vqa"] = true;
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, ElementsAre(HasSubstr("is_vqa")));
}

TEST(Pix2Struct, RefusesByName) {
  TestCheckpoint checkpoint("pix2struct");
  Json &text = checkpoint.config["text_config"];
  text["d_kv"] = 8;
  EXPECT_THAT(checkpoint.error(), HasSubstr("hidden_size / num_heads = 48 / 4"));
  text["d_kv"] = 12;
  text["is_decoder"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("text_config: is_decoder"));
  text["is_decoder"] = true;
  text["relative_attention_max_distance"] = 8;
  EXPECT_THAT(checkpoint.error(), HasSubstr("more than half of"));
  text["relative_attention_max_distance"] = 32;
  checkpoint.config["vision_config"]["seq_len"] = 63;
  EXPECT_THAT(checkpoint.error(), HasSubstr("seq_len = 63"));
}

} // namespace
} // namespace transept::frontend
