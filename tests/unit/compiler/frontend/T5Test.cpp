// SPDX-License-Identifier: Apache-2.0
//
// T5, T5 v1.1, mT5 and umT5 configurations.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(T5, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("t5");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(target.layerCount, 3);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(source.selfAttention.headCount, 4);
  EXPECT_EQ(source.selfAttention.headDim, 10);
  EXPECT_EQ(source.selfAttention.scale, 1.0);
  EXPECT_EQ(source.selfAttention.query.outputs, 40);
  EXPECT_FALSE(source.selfAttention.query.bias);
  EXPECT_EQ(source.selfAttention.norm.kind, NormKind::RootMeanSquare);
  EXPECT_EQ(source.selfAttention.norm.epsilon, 1e-6);
  EXPECT_FALSE(source.selfAttention.norm.bias);
  EXPECT_EQ(source.selfAttention.relativeBias->table.name,
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
  EXPECT_TRUE(source.selfAttention.relativeBias->isBidirectional);
  EXPECT_FALSE(target.selfAttention.relativeBias->isBidirectional);
  EXPECT_FALSE(target.crossAttention->relativeBias);
  EXPECT_EQ(target.crossAttention->key.weight.name,
            "decoder.block.{layer}.layer.1.EncDecAttention.k.weight");
  EXPECT_EQ(target.feedForward.input.weight.name,
            "decoder.block.{layer}.layer.2.DenseReluDense.wi.weight");
  EXPECT_EQ(source.feedForward.activation, Activation::Relu);
  EXPECT_FALSE(source.feedForward.gate);
  EXPECT_EQ(source.finalNorm->gain.name, "encoder.final_layer_norm.weight");
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::None);
  EXPECT_EQ(source.embedding.scale, 1.0);
  EXPECT_EQ(description.logits.weight.name, "shared.weight");
  EXPECT_DOUBLE_EQ(description.logits.scale, 1 / std::sqrt(48.0));
  EXPECT_EQ(description.generation.decoderStartId, 0);
}

TEST(T5, LongT5LooksAtWhatIsNearInItsEncoder) {
  TestCheckpoint checkpoint("longt5_local");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.source.selfAttention.reach, 7);
  EXPECT_EQ(description.source.selfAttention.key.weight.name,
            "encoder.block.{layer}.layer.0.LocalSelfAttention.k.weight");
  EXPECT_FALSE(description.target.selfAttention.reach);
  EXPECT_FALSE(description.target.crossAttention->reach);
  EXPECT_EQ(description.target.selfAttention.key.weight.name,
            "decoder.block.{layer}.layer.0.SelfAttention.k.weight");
  EXPECT_FALSE(description.source.selfAttention.blockSums);
  checkpoint.config["encoder_attention_type"] = "sparse";
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("encoder_attention_type"), HasSubstr("transient-global")));
}

TEST(T5, LongT5WithTransientGlobalAttentionLooksAtSumsOfBlocksToo) {
  TestCheckpoint checkpoint("longt5_tglobal");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Attention &attention = description.source.selfAttention;
  EXPECT_EQ(attention.reach, 7);
  ASSERT_TRUE(attention.blockSums);
  EXPECT_EQ(attention.blockSums->size, 4);
  std::string module = "encoder.block.{layer}.layer.0.TransientGlobalSelfAttention.";
  EXPECT_EQ(attention.key.weight.name, module + "k.weight");
  EXPECT_EQ(attention.blockSums->norm.gain.name, module + "global_input_layer_norm.weight");
  EXPECT_EQ(attention.blockSums->bias.table.name,
            "encoder.block.0.layer.0.TransientGlobalSelfAttention.global_relative_attention_bias."
            "weight");
  EXPECT_TRUE(attention.blockSums->bias.isBidirectional);
  EXPECT_FALSE(description.target.selfAttention.blockSums);
  checkpoint.config["global_block_size"] = 0;
  EXPECT_THAT(checkpoint.error(), HasSubstr("global_block_size"));
  checkpoint.config.erase("global_block_size");
  EXPECT_EQ(checkpoint.describe().source.selfAttention.blockSums->size, 16);
}

TEST(T5, AnEncoderAloneHasNoTargetWhateverIsEncoderDecoderSays) {
  for (const char *folder : {"t5_encoder", "mt5_encoder", "umt5_encoder"}) {
    TestCheckpoint checkpoint(folder);
    for (bool isPair : {false, true}) {
      checkpoint.config["is_encoder_decoder"] = isPair;
      Description description = checkpoint.describe();
      EXPECT_THAT(checkpoint.warnings, IsEmpty());
      EXPECT_FALSE(description.hasTarget());
      EXPECT_EQ(description.source.embedding.weight->name, "shared.weight");
      EXPECT_EQ(description.source.layerCount, 2);
    }
  }
}

TEST(T5, Version11IsGatedAndUntied) {
  for (const char *folder : {"flan_t5", "mt5", "umt5"}) {
    Description description = TestCheckpoint(folder).describe();
    EXPECT_EQ(description.source.feedForward.activation, Activation::GeluTanh);
    EXPECT_EQ(description.source.feedForward.input.weight.name,
              "encoder.block.{layer}.layer.1.DenseReluDense.wi_0.weight");
    EXPECT_EQ(description.source.feedForward.gate->weight.name,
              "encoder.block.{layer}.layer.1.DenseReluDense.wi_1.weight");
    EXPECT_EQ(description.logits.weight.name, "lm_head.weight");
    EXPECT_EQ(description.logits.scale, 1.0);
  }
  Description flan = TestCheckpoint("flan_t5").describe();
  EXPECT_EQ(flan.source.selfAttention.relativeBias->bucketCount, 16);
  EXPECT_EQ(flan.source.selfAttention.relativeBias->maximumDistance, 24);
}

TEST(T5, UMT5HasABiasTableInEveryLayer) {
  Description description = TestCheckpoint("umt5").describe();
  EXPECT_EQ(description.target.selfAttention.relativeBias->table.name,
            "decoder.block.{layer}.layer.0.SelfAttention.relative_attention_bias.weight");
}

TEST(T5, TyingFollowsTheClassDefaultWhenTheFieldIsMissing) {
  TestCheckpoint mt5("mt5");
  mt5.config.erase("tie_word_embeddings");
  EXPECT_EQ(mt5.describe().logits.weight.name, "lm_head.weight");
  for (const char *folder : {"t5", "umt5"}) {
    TestCheckpoint tied(folder);
    tied.config.erase("tie_word_embeddings");
    tied.tensors.erase("lm_head.weight");
    Description description = tied.describe();
    EXPECT_EQ(description.logits.weight.name, "shared.weight");
    EXPECT_DOUBLE_EQ(description.logits.scale,
                     1 / std::sqrt(double(description.target.hiddenSize)));
  }
}

/// As transformers 5 saves a model: always said to be tied.
struct SavedByVersion5 : TestCheckpoint {
  explicit SavedByVersion5(const char *folder) : TestCheckpoint(folder) {
    config["tie_word_embeddings"] = true;
    config["transformers_version"] = "5.2.0";
  }
};

TEST(T5, AHeadOfItsOwnIsUsedWhereVersion5SaysThatAllAreTied) {
  for (const char *folder : {"flan_t5", "umt5", "mt5"}) {
    SavedByVersion5 checkpoint(folder);
    if (std::string(folder) != "mt5") // its class has no such field
      checkpoint.config["scale_decoder_outputs"] = false;
    Description description = checkpoint.describe();
    EXPECT_THAT(checkpoint.warnings, IsEmpty());
    EXPECT_EQ(description.logits.weight.name, "lm_head.weight") << folder;
    EXPECT_EQ(description.logits.scale, 1.0) << folder;
  }
}

TEST(T5, Version5ScalesWhereItsOwnFieldSaysSo) {
  SavedByVersion5 t5("t5");
  EXPECT_DOUBLE_EQ(t5.describe().logits.scale, 1 / std::sqrt(48.0));
  t5.config["scale_decoder_outputs"] = false;
  Description description = t5.describe();
  EXPECT_EQ(description.logits.weight.name, "shared.weight");
  EXPECT_EQ(description.logits.scale, 1.0);
  SavedByVersion5 flan("flan_t5");
  flan.config["scale_decoder_outputs"] = true;
  EXPECT_EQ(flan.describe().logits.weight.name, "lm_head.weight");
  EXPECT_LT(flan.describe().logits.scale, 1.0);
}

TEST(T5, MT5OfVersion5IsNeverScaled) {
  SavedByVersion5 checkpoint("mt5");
  checkpoint.tensors.erase("lm_head.weight");
  EXPECT_EQ(checkpoint.describe().logits.scale, 1.0);
  checkpoint.config["transformers_version"] = "4.44.2";
  EXPECT_LT(checkpoint.describe().logits.scale, 1.0);
}

TEST(T5, AnyStoredAliasServesAsTheSharedEmbedding) {
  TestCheckpoint checkpoint("t5");
  TestTensor words = checkpoint.tensors["shared.weight"];
  checkpoint.tensors["lm_head.weight"] = words;
  checkpoint.tensors["decoder.embed_tokens.weight"] = words;
  EXPECT_EQ(checkpoint.describe().source.embedding.weight->name, "shared.weight");
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.tensors.erase("shared.weight");
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "decoder.embed_tokens.weight");
  checkpoint.tensors["lm_head.weight"].data[3] ^= 1;
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("tie_word_embeddings is true"), HasSubstr("differ")));
}

TEST(T5, AnUntiedModelNeedsItsHead) {
  TestCheckpoint checkpoint("flan_t5");
  checkpoint.tensors.erase("lm_head.weight");
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("tie_word_embeddings is false"), HasSubstr("lm_head.weight")));
}

TEST(T5, TheLeftOverCrossAttentionBiasIsNoNews) {
  TestCheckpoint checkpoint("t5");
  checkpoint.tensors["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] =
      checkpoint.tensors["decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"];
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(T5, GeneralNamesOfSizesAreAliases) {
  TestCheckpoint checkpoint("t5");
  checkpoint.config.erase("num_layers");
  checkpoint.config.erase("num_heads");
  checkpoint.config.erase("d_model");
  checkpoint.config.update(
      {{"num_hidden_layers", 2}, {"num_attention_heads", 4}, {"hidden_size", 48}});
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.layerCount, 2);
  EXPECT_EQ(description.source.selfAttention.headCount, 4);
}

TEST(T5, DecoderLayersDefaultToEncoderLayers) {
  TestCheckpoint checkpoint("t5");
  checkpoint.config.erase("num_decoder_layers");
  EXPECT_EQ(checkpoint.describe().target.layerCount, 2);
}

TEST(T5, DenseActivationWinsOverTheProjectionAndSaysSo) {
  TestCheckpoint checkpoint("flan_t5");
  checkpoint.config["dense_act_fn"] = "silu";
  EXPECT_EQ(checkpoint.describe().source.feedForward.activation, Activation::Silu);
  ASSERT_EQ(checkpoint.warnings.size(), 1u);
  EXPECT_THAT(checkpoint.warnings[0], AllOf(HasSubstr("dense_act_fn"), HasSubstr("gated-gelu")));
  checkpoint.config["is_gated_act"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("DenseReluDense.wi.weight"));
}

TEST(T5, ProjectionAloneGivesActivationAndGate) {
  for (auto [projection, activation] :
       std::vector<std::pair<const char *, Activation>>{{"gated-gelu", Activation::GeluTanh},
                                                        {"gated-silu", Activation::Silu},
                                                        {"gated-relu", Activation::Relu}}) {
    TestCheckpoint checkpoint("flan_t5");
    checkpoint.config.erase("dense_act_fn");
    checkpoint.config.erase("is_gated_act");
    checkpoint.config["feed_forward_proj"] = projection;
    Description description = checkpoint.describe();
    EXPECT_EQ(description.source.feedForward.activation, activation);
    EXPECT_TRUE(description.source.feedForward.gate);
  }
  TestCheckpoint plain("t5");
  plain.config.erase("dense_act_fn");
  plain.config["feed_forward_proj"] = "gelu";
  EXPECT_EQ(plain.describe().source.feedForward.activation, Activation::Gelu);
}

struct Refusal {
  const char *key;
  Json value;
  const char *error;
};

TEST(T5, RefusesByNameWhatItCannotHonour) {
  std::vector<Refusal> refusals = {
      {"model_type", "bigbird_pegasus", "allowed is one of"},
      {"model_type", "switch_transformers", "found \"switch_transformers\", allowed is one of"},
      {"architectures", {"T5ForTokenClassification"}, "one of T5ForConditionalGeneration"},
      {"architectures", {"T5ForQuestionAnswering"}, "one of T5ForConditionalGeneration"},
      {"is_encoder_decoder", false, "only encoder-decoder"},
      {"quantization_config", {{"bits", 8}}, "not supported"},
      {"relative_attention_num_buckets", 3, "4 or more"},
      {"relative_attention_max_distance", 16, "more than half of relative_attention_num_buckets"},
      {"layer_norm_epsilon", -1e-6, "found -1e-06"},
      {"layer_norm_epsilon", "1e-6", "a number"},
      {"d_kv", 0, "from 1"},
      {"head_dim", 64, "but d_kv is 10"},
      {"num_layers", 20'000, "at most 10000"},
      {"feed_forward_proj", "gated-gelu-new", "ACTIVATION or gated-ACTIVATION"},
      {"feed_forward_proj", "gated-", "ACTIVATION or gated-ACTIVATION"},
      {"dense_act_fn", "quick_gelu", "found \"quick_gelu\""},
      {"is_gated_act", 1, "true or false"},
      {"rope_theta", 10000.0, "not supported"},
      {"tie_encoder_decoder", true, "allowed is false"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint("t5");
    checkpoint.config[refusal.key] = refusal.value;
    EXPECT_THAT(checkpoint.error(),
                AllOf(HasSubstr("config.json"), HasSubstr(refusal.key), HasSubstr(refusal.error)));
  }
}

TEST(T5, RefusesAnUnknownActivationOfTheProjectionByItsName) {
  TestCheckpoint checkpoint("t5");
  checkpoint.config.erase("dense_act_fn");
  checkpoint.config["feed_forward_proj"] = "tanhshrink";
  EXPECT_THAT(checkpoint.error(),
              AllOf(HasSubstr("feed_forward_proj"), HasSubstr("\"tanhshrink\"")));
}

TEST(T5, ReadsBrainFloatCheckpoints) {
  TestCheckpoint checkpoint("variant_t5_bf16");
  Description description = checkpoint.describe();
  checkpoints::Checkpoint opened = checkpoints::Checkpoint::open(description.checkpoint);
  EXPECT_EQ(opened.at("shared.weight").type, checkpoints::ElementType::BF16);
  EXPECT_EQ(opened.readAll(description.logits.weight).size(), 120u * 16u);
}

} // namespace
} // namespace transept::frontend
