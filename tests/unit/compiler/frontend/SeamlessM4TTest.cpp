// SPDX-License-Identifier: Apache-2.0
//
// SeamlessM4T from text to text: M2M100's layers, beside what is of speech.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SeamlessM4T, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("seamless_m4t_v2");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(source.selfAttention.headCount, 4);
  EXPECT_EQ(target.layerCount, 3);
  EXPECT_EQ(target.selfAttention.headCount, 6);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::SinusoidalHalvesInclusive);
  EXPECT_EQ(source.embedding.positions.offset, 1);
  EXPECT_EQ(source.embedding.positions.uncountedId, 0);
  EXPECT_EQ(target.crossAttention->norm.gain.name,
            "text_decoder.layers.{layer}.cross_attention_layer_norm.weight");
  EXPECT_EQ(target.feedForward.input.outputs, 96);
  EXPECT_EQ(description.logits.weight.name, "shared.weight");
  EXPECT_EQ(description.generation.decoderStartId, 3);
  EXPECT_THAT(description.generation.endIds, ElementsAre(3));
}

TEST(SeamlessM4T, PassesOverWhatIsOfSpeech) {
  TestCheckpoint checkpoint("seamless_m4t_v2");
  checkpoint.config["architectures"] = {"SeamlessM4Tv2Model"};
  checkpoint.tensors["speech_encoder.inner_layer_norm.weight"] =
      checkpoint.tensors["shared.weight"];
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(SeamlessM4T, RefusesByName) {
  TestCheckpoint checkpoint("seamless_m4t_v2");
  checkpoint.config["architectures"] = {"SeamlessM4Tv2ForSpeechToText"};
  EXPECT_THAT(checkpoint.error(), HasSubstr("one of SeamlessM4Tv2ForTextToText"));
  checkpoint.config["architectures"] = {"SeamlessM4Tv2ForTextToText"};
  checkpoint.config["decoder_start_token_id"] = 0;
  EXPECT_THAT(checkpoint.error(), HasSubstr("a token other than pad_token_id = 0"));
  checkpoint.config["decoder_start_token_id"] = 3;
  checkpoint.config["hidden_size"] = 47;
  EXPECT_THAT(checkpoint.error(), HasSubstr("hidden_size"));
}

} // namespace
} // namespace transept::frontend
