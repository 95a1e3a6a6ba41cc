// SPDX-License-Identifier: Apache-2.0
//
// BART and its relatives: what each class computes, what is refused by name, and the ways in which
// embeddings and position tables are stored.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Expected {
  const char *folder, *family;
  NormPlacement placement;
  bool hasEmbeddingNorm;
  PositionKind positions;
  int64_t offset;
  bool hasLogitsBias, isScaled;
  Activation activation;
  int64_t sourceLayers, targetLayers;
};

constexpr auto Pre = NormPlacement::Pre, Post = NormPlacement::Post;
constexpr auto Learned = PositionKind::Learned, Halves = PositionKind::SinusoidalHalves,
               Inclusive = PositionKind::SinusoidalHalvesInclusive;

constexpr std::array<Expected, 9> families = {{
    {"bart", "bart", Post, true, Learned, 2, true, false, Activation::Gelu, 2, 3},
    {"plbart", "plbart", Post, true, Learned, 2, true, true, Activation::Gelu, 1, 2},
    {"mbart", "mbart", Pre, true, Learned, 2, true, true, Activation::Gelu, 2, 3},
    {"mvp", "mvp", Post, true, Learned, 2, true, false, Activation::Gelu, 2, 3},
    {"m2m_100", "m2m_100", Pre, false, Inclusive, 2, false, true, Activation::Relu, 3, 2},
    {"pegasus", "pegasus", Pre, false, Halves, 0, true, true, Activation::Relu, 2, 3},
    {"blenderbot", "blenderbot", Pre, false, Learned, 0, true, true, Activation::Gelu, 1, 3},
    {"blenderbot_small", "blenderbot-small", Post, true, Learned, 0, true, true, Activation::Gelu,
     2, 3},
    {"fsmt", "fsmt", Post, false, Inclusive, 2, false, true, Activation::Relu, 1, 2},
}};

class Bart : public testing::TestWithParam<Expected> {};

TEST_P(Bart, DescribesTheGoldenCheckpoint) {
  const Expected &expected = GetParam();
  TestCheckpoint checkpoint(expected.folder);
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.family, expected.family);
  EXPECT_EQ(description.source.layerCount, expected.sourceLayers);
  EXPECT_EQ(description.target.layerCount, expected.targetLayers);
  EXPECT_EQ(description.logits.bias.has_value(), expected.hasLogitsBias);
  auto hidden = checkpoint.config["d_model"].get<int64_t>();
  for (const Stack *stack : {&description.source, &description.target}) {
    const Embedding &embedding = stack->embedding;
    EXPECT_EQ(stack->normPlacement, expected.placement);
    EXPECT_EQ(stack->finalNorm.has_value(), expected.placement == Pre);
    EXPECT_EQ(embedding.norm.has_value(), expected.hasEmbeddingNorm);
    EXPECT_EQ(embedding.positions.kind, expected.positions);
    EXPECT_EQ(embedding.positions.offset, expected.offset);
    EXPECT_EQ(embedding.positions.length, checkpoint.config["max_position_embeddings"]);
    EXPECT_DOUBLE_EQ(embedding.scale, expected.isScaled ? std::sqrt(double(hidden)) : 1.0);
    EXPECT_EQ(stack->feedForward.activation, expected.activation);
    EXPECT_DOUBLE_EQ(stack->selfAttention.scale,
                     1 / std::sqrt(double(stack->selfAttention.headDim)));
    EXPECT_TRUE(stack->selfAttention.key.bias);
    bool isSmallTarget =
        std::string(expected.folder) == "blenderbot_small" && stack == &description.target;
    EXPECT_EQ(embedding.isNormBeforePositions, isSmallTarget);
  }
}

INSTANTIATE_TEST_SUITE_P(Goldens, Bart, testing::ValuesIn(families),
                         [](const auto &info) { return std::string(info.param.folder); });

TEST(BartFamilies, PromptsOfMvpAreRefused) {
  TestCheckpoint checkpoint("mvp");
  checkpoint.config["use_prompt"] = true;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("use_prompt"), HasSubstr("allowed is false")));
}

TEST(BartFamilies, LayoutsOfFilesDoNotMatter) {
  TestCheckpoint base("variant_bart_basemodel");
  Description description = base.describe();
  EXPECT_THAT(base.warnings, IsEmpty());
  EXPECT_EQ(description.source.embedding.weight->name, "shared.weight");
  EXPECT_FALSE(description.logits.bias);
  Warnings warnings;
  Description sharded = describeCheckpoint(goldenPath("variant_mbart_sharded"), warnings);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(sharded.logits.weight.name, "model.shared.weight");
}

TEST(BartFamilies, AllAliasesMayBeStored) {
  TestCheckpoint checkpoint("m2m_100");
  for (const char *alias :
       {"model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"})
    checkpoint.tensors[alias] = checkpoint.tensors["model.shared.weight"];
  checkpoint.tensors["model.encoder.version"] = {"F32", {1}, bytesOf({3})};
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "model.shared.weight");
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.tensors["lm_head.weight"].data[9] ^= 1;
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("both sides share the embedding"), HasSubstr("differ")));
  checkpoint.config["tie_word_embeddings"] = false;
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "lm_head.weight");
}

TEST(BartFamilies, SeparateVocabulariesHaveTheirOwnSizes) {
  TestCheckpoint checkpoint("fsmt");
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.vocabularySize, 261);
  EXPECT_EQ(description.target.embedding.vocabularySize, 300);
  EXPECT_EQ(description.target.embedding.weight->name, "model.decoder.output_projection.weight");
  checkpoint.tensors["model.decoder.embed_tokens.weight"] =
      checkpoint.tensors["model.decoder.output_projection.weight"];
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "model.decoder.embed_tokens.weight");
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.config["src_vocab_size"] = 262;
  EXPECT_THAT(checkpoint.error(), HasSubstr("src_vocab_size = 262 and d_model = 32"));
}

TEST(BartFamilies, StoredSinusoidsAreUsedOnlyWhenTheyAreOthers) {
  for (const char *folder : {"fsmt", "pegasus"}) {
    TestCheckpoint checkpoint(folder);
    TestTensor &table = checkpoint.tensors["model.encoder.embed_positions.weight"];
    // Row 1 belongs to padding in fsmt, and to position 1 in pegasus.
    table.data[32 * 4 * 5 + 3] = 0x41;
    Description description = checkpoint.describe();
    EXPECT_EQ(description.source.embedding.positions.kind, PositionKind::Learned) << folder;
    EXPECT_NE(description.target.embedding.positions.kind, PositionKind::Learned) << folder;
  }
  TestCheckpoint padding("fsmt");
  padding.tensors["model.encoder.embed_positions.weight"].data[32 * 4 + 3] = 0x41;
  EXPECT_EQ(padding.describe().source.embedding.positions.kind, Inclusive);
}

TEST(BartFamilies, SinusoidsThatHalfPrecisionRoundedAreOthers) {
  TestCheckpoint checkpoint("pegasus");
  for (const char *side : {"encoder", "decoder"}) {
    TestTensor &table =
        checkpoint.tensors["model." + std::string(side) + ".embed_positions.weight"];
    std::string halves;
    for (size_t at = 0; at < table.data.size(); at += 4)
      halves += table.data.substr(at + 2, 2); // truncated to bfloat16
    table = {"BF16", table.shape, halves};
  }
  EXPECT_EQ(checkpoint.describe().source.embedding.positions.kind, PositionKind::Learned);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(BartFamilies, PositionsBeginAfterThePaddingToken) {
  TestCheckpoint checkpoint("m2m_100");
  checkpoint.config["pad_token_id"] = 4;
  EXPECT_EQ(checkpoint.describe().source.embedding.positions.offset, 5);
  checkpoint.config["decoder_start_token_id"] = 4;
  EXPECT_THAT(checkpoint.error(), HasSubstr("decoder_start_token_id: found 4, allowed is a token "
                                            "other than pad_token_id = 4"));
  TestCheckpoint pegasus("pegasus"); // starts with padding, which has a position there
  EXPECT_EQ(pegasus.describe().generation.decoderStartId, pegasus.describe().generation.paddingId);
}

TEST(BartFamilies, ClassDefaultsAreThoseOfTheirOwnConfigurations) {
  struct Default {
    const char *folder, *key, *error;
  };
  for (auto [folder, key, error] :
       {Default{"bart", "d_model", "d_model = 1024"},
        Default{"plbart", "decoder_ffn_dim", "decoder_ffn_dim = 3072"},
        Default{"m2m_100", "vocab_size", "vocab_size = 128112"},
        Default{"blenderbot", "vocab_size", "vocab_size = 8008"},
        Default{"fsmt", "tgt_vocab_size", "tgt_vocab_size = 42024"},
        Default{"blenderbot_small", "max_position_embeddings", "max_position_embeddings = 512"}}) {
    TestCheckpoint checkpoint(folder);
    checkpoint.config.erase(key);
    EXPECT_THAT(checkpoint.error(), HasSubstr(error)) << folder;
  }
  TestCheckpoint scaled("plbart"), plain("mbart");
  scaled.config.erase("scale_embedding");
  plain.config.erase("scale_embedding");
  EXPECT_NE(scaled.describe().source.embedding.scale, 1.0);
  EXPECT_EQ(plain.describe().source.embedding.scale, 1.0);
}

TEST(BartFamilies, ClassDefaultsOfGenerationApplyWithoutItsFile) {
  TestCheckpoint fsmt("fsmt");
  fsmt.generation = nullptr;
  for (const char *key : {"num_beams", "max_length", "decoder_start_token_id"})
    fsmt.config.erase(key);
  GenerationDefaults generation = fsmt.describe().generation;
  EXPECT_EQ(generation.beams, 5);
  EXPECT_EQ(generation.maximumLength, 200);
  EXPECT_EQ(generation.decoderStartId, 2);
  TestCheckpoint blenderbot("blenderbot");
  blenderbot.generation = nullptr;
  blenderbot.config.erase("encoder_no_repeat_ngram_size");
  EXPECT_EQ(blenderbot.describe().generation.encoderNoRepeatNgramSize, 3);
  blenderbot.config["encoder_no_repeat_ngram_size"] = nullptr;
  EXPECT_EQ(blenderbot.describe().generation.encoderNoRepeatNgramSize, 0);
  TestCheckpoint mbart("mbart"); // has no decoder start of its own: the beginning token
  mbart.generation = nullptr;
  mbart.config.erase("decoder_start_token_id");
  mbart.config.erase("bos_token_id");
  EXPECT_EQ(mbart.describe().generation.decoderStartId, 0);
}

TEST(BartFamilies, AnOldFlagForcesTheBeginningToken) {
  TestCheckpoint checkpoint("bart");
  checkpoint.generation = nullptr;
  checkpoint.config.erase("forced_bos_token_id");
  EXPECT_FALSE(checkpoint.describe().generation.forcedBeginningId);
  checkpoint.config["force_bos_token_to_be_generated"] = true;
  EXPECT_EQ(checkpoint.describe().generation.forcedBeginningId, 0);
}

TEST(BartFamilies, RefuseByNameWhatTheyCannotHonour) {
  struct Refusal {
    const char *folder, *key;
    Json value;
    const char *error;
  };
  std::vector<Refusal> refusals = {
      {"bart", "architectures", {"BartForQuestionAnswering"}, "BartForConditionalGeneration"},
      {"bart", "activation_function", "quick_gelu", "found \"quick_gelu\""},
      {"bart", "encoder_attention_heads", 5, "a divisor of d_model = 48"},
      {"bart", "cross_attention_hidden_size", 32, "not supported"},
      {"mbart", "is_decoder", true, "found true"},
      {"mbart", "tie_encoder_decoder", true, "found true"},
      {"blenderbot", "decoder_layers", 10'001, "at most 10000"},
      {"m2m_100", "d_model", 41, "an even number"},
      {"fsmt", "tie_word_embeddings", true, "two vocabularies"},
      {"fsmt", "decoder_start_token_id", 1, "other than pad_token_id = 1"},
      {"pegasus", "num_experts", 4, "not supported"},
      {"indic_trans", "decoder_embed_dim", 16, "32, as encoder_embed_dim is"},
      {"indic_trans", "encoder_vocab_size", nullptr, "the class has no default"},
      {"indic_trans", "rope_theta", 10000, "not supported"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint(refusal.folder);
    checkpoint.config[refusal.key] = refusal.value;
    EXPECT_THAT(checkpoint.error(),
                AllOf(HasSubstr("config.json"), HasSubstr(refusal.key), HasSubstr(refusal.error)))
        << refusal.folder << ", " << refusal.key;
  }
}

} // namespace
} // namespace transept::frontend
