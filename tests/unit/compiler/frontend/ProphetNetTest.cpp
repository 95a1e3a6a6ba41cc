// SPDX-License-Identifier: Apache-2.0
//
// ProphetNet: buckets that rows ask for, and a second stream that predicts.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ProphetNet, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("prophetnet");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 1);
  EXPECT_EQ(source.selfAttention.headCount, 4);
  EXPECT_FALSE(source.selfAttention.bucketScores);
  EXPECT_EQ(source.embedding.positions.offset, 1);
  EXPECT_EQ(source.embedding.positions.length, 95);
  EXPECT_EQ(target.layerCount, 2);
  EXPECT_EQ(target.selfAttention.headCount, 2);
  const BucketScores &scores = target.selfAttention.bucketScores.value();
  EXPECT_EQ(scores.linear.outputs, 64);
  EXPECT_EQ(scores.bucketCount, 32);
  EXPECT_EQ(scores.maximumDistance, 128);
  EXPECT_FALSE(scores.isBidirectional);
  // The last row is that of the first stream, and the last position is only predicted from.
  const PredictStream &stream = target.predictStream.value();
  EXPECT_EQ(stream.embedding.rowBegin, 1);
  EXPECT_EQ(stream.positions.rowBegin, 1);
  EXPECT_EQ(target.embedding.positions.length, 94);
  EXPECT_EQ(target.crossAttention->query.weight.name,
            "prophetnet.decoder.layers.{layer}.cross_attn.query_proj.weight");
  EXPECT_EQ(description.logits.weight.name, "prophetnet.word_embeddings.weight");
  EXPECT_EQ(description.generation.decoderStartId, 2);
  EXPECT_THAT(description.generation.endIds, ElementsAre(2));
}

TEST(ProphetNet, RefusesByName) {
  TestCheckpoint checkpoint("prophetnet");
  checkpoint.config["add_cross_attention"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("add_cross_attention"));
  checkpoint.config["add_cross_attention"] = true;
  checkpoint.config["pad_token_id"] = 1;
  EXPECT_THAT(checkpoint.error(), HasSubstr("pad_token_id"));
  checkpoint.config["pad_token_id"] = 0;
  checkpoint.config["max_position_embeddings"] = 2;
  EXPECT_THAT(checkpoint.error(),
              HasSubstr("max_position_embeddings: found 2, allowed is 3 or more"));
  checkpoint.config["max_position_embeddings"] = 97;
  EXPECT_THAT(checkpoint.error(), HasSubstr("max_position_embeddings = 97"));
}

} // namespace
} // namespace transept::frontend
