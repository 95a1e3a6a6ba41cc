// SPDX-License-Identifier: Apache-2.0
//
// Whisper and Speech2Text: convolutions over frames, positions, and what generation files of speech
// models say.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Whisper, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("whisper");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  const Features &features = *source.embedding.features;
  EXPECT_EQ(features.width, 80);
  EXPECT_EQ(features.length, 100);
  ASSERT_EQ(features.convolutions.size(), 2u);
  EXPECT_EQ(features.convolutions[0].linear.inputs, 240);
  EXPECT_EQ(features.convolutions[1].linear.inputs, 144);
  for (size_t index : {0, 1}) {
    const Convolution &convolution = features.convolutions[index];
    EXPECT_EQ(convolution.kernelSize, 3);
    EXPECT_EQ(convolution.stride, index == 0 ? 1 : 2);
    EXPECT_EQ(convolution.padding, 1);
    EXPECT_EQ(convolution.activation, Activation::Gelu);
    EXPECT_FALSE(convolution.gate);
  }
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::Learned); // read from the file
  EXPECT_EQ(source.embedding.positions.length, 50);
  EXPECT_EQ(target.embedding.positions.length, 48);
  EXPECT_EQ(target.embedding.positions.offset, 0);
  for (const Stack *stack : {&source, &target}) {
    EXPECT_EQ(stack->normPlacement, NormPlacement::Pre);
    EXPECT_TRUE(stack->finalNorm);
    EXPECT_TRUE(stack->selfAttention.query.bias);
    EXPECT_FALSE(stack->selfAttention.key.bias);
  }
  EXPECT_FALSE(target.crossAttention->key.bias);
  EXPECT_EQ(description.logits.weight.name, "model.decoder.embed_tokens.weight");
  EXPECT_FALSE(description.logits.bias);
}

TEST(Whisper, ItsClassNeverScalesEmbeddings) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.config["scale_embedding"] = true;
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.scale, 1.0);
  EXPECT_EQ(description.target.embedding.scale, 1.0);
}

TEST(Whisper, ItsGenerationFileIsKnown) {
  TestCheckpoint checkpoint("whisper");
  checkpoint.generation["alignment_heads"] = {{1, 0}, {2, 1}};
  checkpoint.generation["forced_decoder_ids"] = {{1, nullptr}, {2, 357}};
  GenerationDefaults generation = checkpoint.describe().generation;
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(generation.decoderStartId, 351);
  EXPECT_EQ(generation.suppressedIds.size(), 15u);
  EXPECT_THAT(generation.beginningSuppressedIds, ElementsAre(220, 350));
  // Elsewhere it would change results.
  TestCheckpoint other("bart");
  other.generation["forced_decoder_ids"] = {{1, 3}};
  other.describe();
  EXPECT_THAT(other.warnings, ElementsAre(HasSubstr("forced_decoder_ids")));
}

TEST(SpeechToText, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("speech_to_text");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Embedding &source = description.source.embedding, &target = description.target.embedding;
  ASSERT_EQ(source.features->convolutions.size(), 2u);
  EXPECT_EQ(source.features->width, 20);
  EXPECT_EQ(source.features->length, 0);
  const Convolution &first = source.features->convolutions[0];
  EXPECT_EQ(first.kernelSize, 5);
  EXPECT_EQ(first.stride, 2);
  EXPECT_EQ(first.padding, 2);
  EXPECT_EQ(first.linear.outputs, 20);
  EXPECT_EQ(first.linear.weight.rowBegin, 0);
  EXPECT_EQ(first.gate->weight.rowBegin, 20);
  EXPECT_EQ(first.gate->bias->rowCount, 20);
  EXPECT_EQ(first.activation, Activation::Sigmoid);
  EXPECT_EQ(source.features->convolutions[1].linear.outputs, 32);
  for (const Embedding *embedding : {&source, &target}) {
    EXPECT_EQ(embedding->positions.kind, PositionKind::SinusoidalHalvesInclusive);
    EXPECT_EQ(embedding->positions.offset, 2);
    EXPECT_DOUBLE_EQ(embedding->scale, std::sqrt(32.0));
  }
  EXPECT_EQ(source.positions.length, 80);
  EXPECT_EQ(target.positions.length, 64);
  EXPECT_TRUE(description.source.selfAttention.key.bias);
}

TEST(SpeechToText, OtherStoredPositionsAreUsedAsTheyAre) {
  TestCheckpoint checkpoint("speech_to_text");
  checkpoint.tensors["model.encoder.embed_positions.weights"].data[32 * 4 * 7 + 3] = 0x41;
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.positions.kind, PositionKind::Learned);
  EXPECT_EQ(description.source.embedding.positions.table->name,
            "model.encoder.embed_positions.weights");
}

TEST(Speech, AnUntiedHeadIsHonoured) {
  for (auto [folder, head] :
       {std::pair{"whisper", "proj_out.weight"}, std::pair{"speech_to_text", "lm_head.weight"}}) {
    TestCheckpoint checkpoint(folder);
    checkpoint.tensors[head] = checkpoint.tensors["model.decoder.embed_tokens.weight"];
    checkpoint.describe();
    EXPECT_THAT(checkpoint.warnings, IsEmpty());
    checkpoint.config["tie_word_embeddings"] = false;
    EXPECT_EQ(checkpoint.describe().logits.weight.name, head);
  }
}

TEST(Speech, RefusesByNameWhatItCannotHonour) {
  struct Refusal {
    const char *folder, *key;
    Json value;
    const char *error;
  };
  std::vector<Refusal> refusals = {
      {"whisper", "architectures", {"WhisperForAudioClassification"}, "WhisperModel"},
      {"whisper", "num_mel_bins", 128, "num_mel_bins = 128 and d_model = 48"},
      {"whisper", "max_source_positions", 51, "max_source_positions = 51"},
      {"whisper", "activation_function", "mish", "found \"mish\""},
      {"speech_to_text", "conv_channels", 41, "an even number"},
      {"speech_to_text", "conv_kernel_sizes", {5, 5, 5}, "as many sizes as num_conv_layers"},
      {"speech_to_text", "num_conv_layers", 3, "as many sizes as num_conv_layers"},
      {"speech_to_text", "conv_kernel_sizes", {5, 0}, "from 1"},
      {"speech_to_text", "input_feat_per_channel", 21, "input_feat_per_channel = 21"},
      {"speech_to_text", "decoder_start_token_id", 1, "other than pad_token_id = 1"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint(refusal.folder);
    checkpoint.config[refusal.key] = refusal.value;
    EXPECT_THAT(checkpoint.error(), HasSubstr(refusal.error))
        << refusal.folder << ", " << refusal.key;
  }
}

} // namespace
} // namespace transept::frontend
