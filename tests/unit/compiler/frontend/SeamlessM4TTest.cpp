// SPDX-License-Identifier: Apache-2.0
//
// SeamlessM4T: M2M100's layers, behind those of text or of speech.

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
  checkpoint.config["architectures"] = {"SeamlessM4Tv2ForTextToSpeech"};
  EXPECT_THAT(checkpoint.error(), HasSubstr("one of SeamlessM4Tv2ForTextToText, "
                                            "SeamlessM4Tv2ForSpeechToText"));
  checkpoint.config["architectures"] = {"SeamlessM4Tv2ForTextToText"};
  checkpoint.config["decoder_start_token_id"] = 0;
  EXPECT_THAT(checkpoint.error(), HasSubstr("a token other than pad_token_id = 0"));
  checkpoint.config["decoder_start_token_id"] = 3;
  checkpoint.config["hidden_size"] = 47;
  EXPECT_THAT(checkpoint.error(), HasSubstr("hidden_size"));
}

TEST(SeamlessM4TSpeech, DescribesTheGoldenCheckpointOfTheSecondVersion) {
  TestCheckpoint checkpoint("seamless_m4t_v2_speech");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source;
  ASSERT_EQ(source.sublayers.size(), 4u);
  EXPECT_EQ(source.sublayers[0].factor, 0.5);
  EXPECT_EQ(source.sublayers[3].feedForward->input.outputs, 56);
  const Attention &attention = *source.sublayers[1].attention;
  EXPECT_EQ(attention.relativeScores->before, 6);
  EXPECT_EQ(attention.relativeScores->after, 3);
  EXPECT_FALSE(attention.relativeScores->isDescending);
  EXPECT_EQ(attention.chunks->size, 7);
  EXPECT_EQ(attention.chunks->before, 1);
  const DepthwiseConvolution &depthwise = source.sublayers[2].mixer->depthwise;
  EXPECT_TRUE(depthwise.isCausal);
  EXPECT_TRUE(depthwise.rowNorm.has_value());
  EXPECT_FALSE(depthwise.norm.has_value());
  ASSERT_TRUE(source.adapter && source.adapter->layer);
  EXPECT_EQ(source.adapter->factor, 0.5);
  EXPECT_EQ(source.adapter->layerCount, 2);
  EXPECT_EQ(source.adapter->layer->input.kernelSize, 5);
  EXPECT_EQ(source.adapter->layer->input.padding, 2);
  EXPECT_EQ(source.adapter->layer->residual.gate->weight.rowBegin, 40);
  EXPECT_FALSE(source.adapter->layer->attention.relativeScores.has_value());
  EXPECT_EQ(source.embedding.features->width, 160);
  EXPECT_TRUE(source.embedding.features->norm.has_value());
  ASSERT_TRUE(description.generation.speech.has_value());
  EXPECT_THAT(description.generation.speech->promptIds,
              ElementsAre(SpeechDefaults::textLanguageId));
  EXPECT_EQ(description.generation.speech->languages.size(), 4u);
}

TEST(SeamlessM4TSpeech, TheFirstVersionHasSinusoidsOfDistancesForSoManySeconds) {
  TestCheckpoint checkpoint("seamless_m4t_speech");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source;
  const RelativeScores &scores = *source.sublayers[1].attention->relativeScores;
  // 257 windows of 8 rows, with 4 of zeros on both sides, begin in 2055 rows.
  EXPECT_EQ(source.embedding.positions.length, 257);
  EXPECT_EQ(scores.before, 2054);
  EXPECT_EQ(scores.projection->inputs, 40);
  EXPECT_FALSE(source.sublayers[1].attention->chunks.has_value());
  EXPECT_TRUE(source.sublayers[2].mixer->depthwise.norm.has_value());
  EXPECT_FALSE(source.sublayers[2].mixer->depthwise.isCausal);
}

TEST(SeamlessM4TSpeech, MayHaveNeitherDistancesNorChunks) {
  TestCheckpoint checkpoint("seamless_m4t_v2_speech_whole");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Attention &attention = *description.source.sublayers[1].attention;
  EXPECT_FALSE(attention.relativeScores.has_value());
  EXPECT_FALSE(attention.chunks.has_value());
  EXPECT_EQ(description.source.adapter->layer->input.stride, 2);
  EXPECT_EQ(description.source.adapter->feedForward.norm.epsilon, 1e-3);
  EXPECT_EQ(description.source.finalNorm->epsilon, 1e-5);
}

TEST(SeamlessM4TSpeech, RefusesByName) {
  TestCheckpoint checkpoint("seamless_m4t_v2_speech");
  auto with = [&](const char *key, const nlohmann::ordered_json &value) {
    nlohmann::ordered_json kept = checkpoint.config[key];
    checkpoint.config[key] = value;
    std::string error = checkpoint.error();
    checkpoint.config[key] = kept;
    return error;
  };
  EXPECT_THAT(with("position_embeddings_type", "rotary"),
              HasSubstr("position_embeddings_type: found \"rotary\", allowed is \"relative_key\""));
  EXPECT_THAT(with("add_adapter", false), HasSubstr("add_adapter: found false, allowed is true"));
  EXPECT_THAT(with("conv_depthwise_kernel_size", 4), HasSubstr("an odd number"));
  EXPECT_THAT(with("adaptor_stride", 7), HasSubstr("adaptor_kernel_size that is not less"));
  EXPECT_THAT(with("speech_encoder_chunk_size", 0), HasSubstr("speech_encoder_chunk_size"));
}

} // namespace
} // namespace transept::frontend
