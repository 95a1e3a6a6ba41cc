// SPDX-License-Identifier: Apache-2.0
//
// Marian configurations: the numbers that come out, what is refused by name, and tied weights.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string shared = "model.shared.weight";
const std::string head = "lm_head.weight";
const std::string sourceWords = "model.encoder.embed_tokens.weight";
const std::string targetWords = "model.decoder.embed_tokens.weight";

TEST(Marian, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("marian");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.family, "marian");
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(target.layerCount, 3);
  EXPECT_EQ(source.hiddenSize, 48);
  EXPECT_EQ(source.normPlacement, NormPlacement::Post);
  EXPECT_EQ(source.selfAttention.headCount, 4);
  EXPECT_EQ(source.selfAttention.headDim, 12);
  EXPECT_EQ(target.crossAttention->headCount, 6);
  EXPECT_DOUBLE_EQ(target.crossAttention->scale, 1 / std::sqrt(8.0));
  EXPECT_EQ(source.feedForward.input.outputs, 96);
  EXPECT_EQ(target.feedForward.input.outputs, 80);
  EXPECT_EQ(source.feedForward.activation, Activation::Silu);
  EXPECT_FALSE(source.feedForward.gate);
  EXPECT_FALSE(source.finalNorm);
  EXPECT_FALSE(source.embedding.norm);
  EXPECT_EQ(source.feedForward.norm.epsilon, 1e-5);
  EXPECT_EQ(source.embedding.vocabularySize, 300);
  EXPECT_DOUBLE_EQ(source.embedding.scale, std::sqrt(48.0));
  EXPECT_EQ(source.embedding.positions.kind, PositionKind::SinusoidalHalves);
  EXPECT_EQ(source.embedding.positions.length, 64);
  EXPECT_EQ(source.embedding.weight->name, shared);
  EXPECT_EQ(target.embedding.weight->name, shared);
  EXPECT_EQ(description.logits.weight.name, shared);
  EXPECT_EQ(description.logits.bias->name, "final_logits_bias");
  EXPECT_EQ(description.logits.scale, 1.0);
  EXPECT_EQ(target.crossAttention->query.bias->name,
            "model.decoder.layers.{layer}.encoder_attn.q_proj.bias");
  EXPECT_EQ(target.crossAttention->norm.gain.name,
            "model.decoder.layers.{layer}.encoder_attn_layer_norm.weight");
  EXPECT_TRUE(std::filesystem::path(description.checkpoint).is_absolute());
}

TEST(Marian, SeparateVocabulariesUseTheirOwnEmbeddings) {
  TestCheckpoint checkpoint("marian_sepvocab");
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.weight->name, sourceWords);
  EXPECT_EQ(description.target.embedding.weight->name, targetWords);
  EXPECT_EQ(description.logits.weight.name, targetWords);
  EXPECT_EQ(description.source.feedForward.activation, Activation::Relu);
  checkpoint.tensors.erase(sourceWords);
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("share_encoder_decoder_embeddings is false"),
                                        HasSubstr(sourceWords)));
}

TEST(Marian, StoredAliasesAndSinusoidsAreNotUsed) {
  TestCheckpoint checkpoint("variant_marian_alltied");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.target.embedding.weight->name, shared);
  EXPECT_EQ(description.logits.weight.name, shared);
  EXPECT_EQ(description.source.embedding.positions.kind, PositionKind::SinusoidalHalves);
}

TEST(Marian, OtherStoredPositionsAreUsedAsTheyAre) {
  TestCheckpoint checkpoint("variant_marian_alltied");
  checkpoint.tensors["model.encoder.embed_positions.weight"].data[70] ^= 0x40;
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.positions.kind, PositionKind::Learned);
  EXPECT_EQ(description.source.embedding.positions.table->name,
            "model.encoder.embed_positions.weight");
  EXPECT_EQ(description.target.embedding.positions.kind, PositionKind::SinusoidalHalves);
  checkpoint.config["max_position_embeddings"] = 47;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("embed_positions"), HasSubstr("[48, 16]"),
                                        HasSubstr("max_position_embeddings = 47")));
}

TEST(Marian, AnyStoredAliasServesAsTheSharedEmbedding) {
  TestCheckpoint checkpoint("variant_marian_alltied");
  checkpoint.tensors.erase(shared);
  EXPECT_EQ(checkpoint.describe().source.embedding.weight->name, sourceWords);
  checkpoint.tensors.erase(sourceWords);
  EXPECT_EQ(checkpoint.describe().source.embedding.weight->name, targetWords);
  checkpoint.tensors.erase(targetWords);
  EXPECT_EQ(checkpoint.describe().source.embedding.weight->name, head);
  checkpoint.tensors.erase(head);
  EXPECT_THAT(checkpoint.error(), HasSubstr("none of these tensors is stored: " + shared));
}

TEST(Marian, RefusesAliasesThatDiffer) {
  for (const std::string &alias : {sourceWords, targetWords, head}) {
    TestCheckpoint checkpoint("variant_marian_alltied");
    checkpoint.tensors[alias].data[5] ^= 1;
    EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr(alias), HasSubstr("differ")));
  }
}

TEST(Marian, AnUntiedHeadIsHonoured) {
  TestCheckpoint checkpoint("variant_marian_alltied");
  checkpoint.config["tie_word_embeddings"] = false;
  checkpoint.tensors[head].data[5] ^= 1;
  EXPECT_EQ(checkpoint.describe().logits.weight.name, head);
  checkpoint.tensors.erase(head);
  EXPECT_THAT(checkpoint.error(), HasSubstr("tie_word_embeddings is false"));
}

TEST(Marian, NamesWithoutThePrefixAreTheSameModel) {
  TestCheckpoint checkpoint("marian");
  TestTensors renamed;
  for (const auto &[name, tensor] : checkpoint.tensors)
    renamed[name.starts_with("model.") ? name.substr(6) : name] = tensor;
  checkpoint.tensors = renamed;
  checkpoint.config["architectures"] = {"MarianModel"};
  EXPECT_EQ(checkpoint.describe().source.embedding.weight->name, "shared.weight");
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Marian, AMissingLogitsBiasIsNoBias) {
  TestCheckpoint checkpoint("marian");
  checkpoint.tensors.erase("final_logits_bias");
  EXPECT_FALSE(checkpoint.describe().logits.bias);
}

TEST(Marian, MissingFieldsTakeTheClassDefaults) {
  TestCheckpoint checkpoint("marian");
  for (const char *key : {"scale_embedding", "tie_word_embeddings", "activation_function",
                          "share_encoder_decoder_embeddings", "architectures"})
    checkpoint.config.erase(key);
  Description description = checkpoint.describe();
  EXPECT_EQ(description.source.embedding.scale, 1.0);
  EXPECT_EQ(description.source.feedForward.activation, Activation::Gelu);
  checkpoint.config.erase("d_model");
  EXPECT_THAT(checkpoint.error(), HasSubstr("d_model = 1024"));
}

TEST(Marian, ActivationNamesAreThoseOfHuggingFace) {
  for (auto [name, activation] :
       std::vector<std::pair<const char *, Activation>>{{"relu", Activation::Relu},
                                                        {"gelu", Activation::Gelu},
                                                        {"swish", Activation::Silu},
                                                        {"silu", Activation::Silu},
                                                        {"gelu_new", Activation::GeluTanh}}) {
    TestCheckpoint checkpoint("marian");
    checkpoint.config["activation_function"] = name;
    EXPECT_EQ(checkpoint.describe().source.feedForward.activation, activation) << name;
  }
}

struct Refusal {
  const char *key;
  Json value;
  const char *error;
};

TEST(Marian, RefusesByNameWhatItCannotHonour) {
  std::vector<Refusal> refusals = {
      {"model_type", "bigbird_pegasus", "allowed is one of \"marian\", \"bart\", \"plbart\""},
      {"model_type", "nllb-moe", "found \"nllb-moe\", allowed is one of \"marian\", \"bart\""},
      {"model_type", "bigbird_pegasus", "allowed is one of \"marian\""},
      {"model_type", nullptr, "model_type is missing"},
      {"architectures", {"MarianForCausalLM"}, "one of MarianMTModel, MarianModel"},
      {"architectures", "MarianMTModel", "an array"},
      {"is_encoder_decoder", false, "only encoder-decoder"},
      {"is_decoder", true, "found true"},
      {"tie_encoder_decoder", true, "found true"},
      {"quantization_config", {{"bits", 4}}, "not supported"},
      {"adapters", {{"x", 1}}, "not supported"},
      {"auto_map", {{"AutoModel", "x.py"}}, "not supported"},
      {"pruned_heads", {{"0", {1}}}, "not supported"},
      {"position_embedding_type", "relative_key", "found \"relative_key\""},
      {"rope_scaling", {{"factor", 2}}, "not supported"},
      {"sliding_window", 128, "not supported"},
      {"cross_attention_hidden_size", 32, "not supported"},
      {"activation_function", "mish", "found \"mish\""},
      {"activation_function", 1, "a string"},
      {"encoder_attention_heads", 5, "a divisor of d_model = 48"},
      {"decoder_attention_heads", 0, "from 1"},
      {"num_attention_heads", 3, "but encoder_attention_heads is 4"},
      {"hidden_size", 64, "but d_model is 48"},
      {"d_model", 47, "d_model: found 47"},
      {"d_model", "48", "d_model: found \"48\""},
      {"encoder_layers", -1, "found -1"},
      {"encoder_layers", 100'000, "at most 10000"},
      {"max_position_embeddings", 0, "found 0"},
      {"scale_embedding", 1, "true or false"},
      {"share_encoder_decoder_embeddings", "yes", "true or false"},
      {"vocab_size", 301, "vocab_size = 301"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint("marian");
    checkpoint.config[refusal.key] = refusal.value;
    std::string error = checkpoint.error();
    EXPECT_THAT(error, HasSubstr(refusal.error)) << refusal.key;
    if (std::string(refusal.key) != "vocab_size") {
      EXPECT_THAT(error, AllOf(HasSubstr("config.json"), HasSubstr(refusal.key)));
    }
  }
}

TEST(Marian, NeutralValuesOfRefusedFieldsAreAccepted) {
  TestCheckpoint checkpoint("marian");
  checkpoint.config.update({{"quantization_config", nullptr},
                            {"pruned_heads", Json::object()},
                            {"position_embedding_type", "absolute"},
                            {"is_decoder", false},
                            {"hidden_size", 48}});
  EXPECT_EQ(checkpoint.error(), "no error");
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(Marian, WarnsAboutUnknownFieldsAndUnusedTensors) {
  TestCheckpoint checkpoint("marian");
  checkpoint.config["gradient_checkpointing"] = true;
  checkpoint.config["normalize_before"] = true; // Hugging Face ignores it
  checkpoint.config["flux_capacitor"] = 1.21;
  checkpoint.config["encoder_layers"] = 1;
  checkpoint.describe();
  ASSERT_EQ(checkpoint.warnings.size(), 2u);
  EXPECT_THAT(checkpoint.warnings[0], HasSubstr("flux_capacitor"));
  EXPECT_THAT(checkpoint.warnings[1], AllOf(HasSubstr("16 stored tensors are not used"),
                                            HasSubstr("model.encoder.layers.1.")));
}

TEST(Marian, RefusesAdapterDirectories) {
  TestCheckpoint checkpoint("marian");
  checkpoint.directory.write("adapter_config.json", "{}");
  EXPECT_THAT(checkpoint.error(), HasSubstr("adapter_config.json"));
}

TEST(DescribeCheckpoint, RefusesFoldersOfFireRedByName) {
  Warnings warnings;
  TemporaryDirectory directory;
  directory.write("model.pth.tar", "");
  EXPECT_THAT(errorOf([&] { describeCheckpoint(directory.path(), warnings); }),
              HasSubstr("model.pth.tar: FireRedASR's own files are not supported"));
}

TEST(DescribeCheckpoint, SaysWhichFileIsMissing) {
  Warnings warnings;
  EXPECT_THAT(errorOf([&] { describeCheckpoint("/nowhere", warnings); }),
              HasSubstr("/nowhere: no such directory"));
  TemporaryDirectory directory;
  EXPECT_THAT(errorOf([&] { describeCheckpoint(directory.path(), warnings); }),
              HasSubstr("config.json: no such file"));
}

} // namespace
} // namespace transept::frontend
