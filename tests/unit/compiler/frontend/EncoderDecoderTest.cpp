// SPDX-License-Identifier: Apache-2.0
//
// Pairs of models: BERT with BERT, ViT and DeiT with TrOCR, GPT-2 and BERT; widths that differ, and
// what either side's configuration refuses.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Numbers that only have to be there.
TestTensor zeros(std::vector<int64_t> shape) {
  size_t count = 1;
  for (int64_t size : shape)
    count *= size_t(size);
  return {"F32", shape, bytesOf(std::vector<float>(count, 0.0f))};
}

TEST(EncoderDecoder, DescribesBertWithBert) {
  TestCheckpoint checkpoint("bert2bert");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.family, "encoder-decoder");
  for (const Stack *stack : {&description.source, &description.target}) {
    EXPECT_EQ(stack->normPlacement, NormPlacement::Post);
    EXPECT_FALSE(stack->finalNorm);
    EXPECT_EQ(stack->embedding.positions.kind, PositionKind::Learned);
    EXPECT_EQ(stack->embedding.positions.offset, 0);
    EXPECT_EQ(stack->embedding.segment->rowCount, 1);
    EXPECT_EQ(stack->embedding.norm->epsilon, 1e-12);
    EXPECT_EQ(stack->selfAttention.norm.epsilon, 1e-12);
    EXPECT_EQ(stack->feedForward.activation, Activation::Gelu);
  }
  EXPECT_EQ(description.source.selfAttention.headCount, 4);
  EXPECT_EQ(description.target.crossAttention->headCount, 3);
  EXPECT_EQ(description.target.crossAttention->query.weight.name,
            "decoder.bert.encoder.layer.{layer}.crossattention.self.query.weight");
  EXPECT_FALSE(description.projection);
  EXPECT_EQ(description.logits.transform->linear.weight.name,
            "decoder.cls.predictions.transform.dense.weight");
  EXPECT_EQ(description.logits.weight.name, "decoder.bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(description.logits.bias->name, "decoder.cls.predictions.bias");
  EXPECT_EQ(description.generation.beams, 4);
}

TEST(EncoderDecoder, TheDecodersClassHasDefaultsForGeneration) {
  TestCheckpoint checkpoint("trocr");
  checkpoint.generation = nullptr;
  for (const char *key : {"decoder_start_token_id", "eos_token_id", "pad_token_id"}) {
    checkpoint.config[key] = nullptr;
    checkpoint.config["decoder"].erase(key);
  }
  GenerationDefaults read = checkpoint.describe().generation;
  EXPECT_EQ(read.decoderStartId, 2);
  EXPECT_EQ(read.paddingId, 1);
  EXPECT_THAT(read.endIds, ElementsAre(2));
  checkpoint.config["decoder"]["eos_token_id"] = nullptr;
  EXPECT_THAT(checkpoint.describe().generation.endIds, IsEmpty());
}

TEST(EncoderDecoder, ATrocrTargetIsCountedByTheGeneralNameToo) {
  TestCheckpoint checkpoint("trocr");
  int64_t layers = checkpoint.describe().target.layerCount;
  checkpoint.config["decoder"].erase("decoder_layers");
  checkpoint.config["decoder"]["num_hidden_layers"] = layers;
  EXPECT_EQ(checkpoint.describe().target.layerCount, layers);
}

TEST(EncoderDecoder, Version5KeepsAHeadOfItsOwn) {
  TestCheckpoint checkpoint("bert2bert");
  TestTensor head = checkpoint.tensors["decoder.bert.embeddings.word_embeddings.weight"];
  head.data[3] ^= 1;
  checkpoint.tensors["decoder.cls.predictions.decoder.weight"] = head;
  EXPECT_THAT(checkpoint.error(), HasSubstr("differ"));
  checkpoint.config["transformers_version"] = "5.0.0.dev0";
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "decoder.cls.predictions.decoder.weight");
}

TEST(EncoderDecoder, ProjectsTheSourceWhereWidthsDiffer) {
  TestCheckpoint checkpoint("bert2bert");
  checkpoint.config["encoder"]["hidden_size"] = 40;
  EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr("encoder.embeddings.word_embeddings.weight"),
                                        HasSubstr("config.json: encoder: hidden_size = 40")));
  for (auto &[name, tensor] : checkpoint.tensors)
    if (name.starts_with("encoder.")) {
      for (int64_t &size : tensor.shape)
        size = size == 48 ? 40 : size;
      tensor = zeros(tensor.shape);
    }
  EXPECT_THAT(checkpoint.error(), HasSubstr("no tensor 'enc_to_dec_proj.weight'"));
  checkpoint.tensors["enc_to_dec_proj.weight"] = zeros({48, 40});
  checkpoint.tensors["enc_to_dec_proj.bias"] = zeros({48});
  Description description = checkpoint.describe();
  EXPECT_EQ(description.projection->inputs, 40);
  EXPECT_EQ(description.projection->outputs, 48);
  EXPECT_EQ(description.target.crossAttention->key.inputs, 48);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.config["decoder"]["cross_attention_hidden_size"] = 40;
  EXPECT_THAT(checkpoint.error(), HasSubstr("cross_attention_hidden_size: found 40"));
}

TEST(EncoderDecoder, AliasesOfTheHeadMayBeStored) {
  TestCheckpoint checkpoint("bert2bert");
  std::string head = "decoder.cls.predictions.";
  checkpoint.tensors[head + "decoder.weight"] =
      checkpoint.tensors["decoder.bert.embeddings.word_embeddings.weight"];
  checkpoint.tensors[head + "decoder.bias"] = checkpoint.tensors[head + "bias"];
  checkpoint.tensors["encoder.embeddings.position_ids"] = zeros({1, 64});
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  checkpoint.config["decoder"]["tie_word_embeddings"] = false;
  EXPECT_EQ(checkpoint.describe().logits.weight.name, head + "decoder.weight");
}

TEST(EncoderDecoder, TheDecodersConfigurationHasDefaultsOfGeneration) {
  TestCheckpoint checkpoint("bert2bert");
  checkpoint.generation = nullptr;
  checkpoint.config.erase("decoder_start_token_id");
  checkpoint.config["decoder"]["decoder_start_token_id"] = 7;
  checkpoint.config["decoder"]["num_beams"] = 3;
  checkpoint.config["decoder"]["eos_token_id"] = 9;
  GenerationDefaults generation = checkpoint.describe().generation;
  EXPECT_EQ(generation.decoderStartId, 7);
  EXPECT_EQ(generation.beams, 3);
  EXPECT_THAT(generation.endIds, ElementsAre(2)); // the top level has its own
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(VisionEncoderDecoder, DescribesVitWithTrocr) {
  TestCheckpoint checkpoint("trocr");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  const Features &features = *source.embedding.features;
  EXPECT_EQ(features.width, 192);
  EXPECT_EQ(features.length, 16);
  ASSERT_EQ(features.convolutions.size(), 1u);
  EXPECT_EQ(features.convolutions[0].kernelSize, 1);
  EXPECT_FALSE(features.convolutions[0].activation);
  EXPECT_EQ(features.leadingRows.size(), 1u);
  EXPECT_EQ(source.embedding.positions.length, 17);
  EXPECT_EQ(source.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(source.finalNorm->gain.name, "encoder.layernorm.weight");
  EXPECT_FALSE(source.selfAttention.query.bias);
  EXPECT_TRUE(source.selfAttention.output.bias);
  EXPECT_EQ(target.normPlacement, NormPlacement::Post);
  EXPECT_FALSE(target.finalNorm);
  EXPECT_EQ(target.embedding.positions.offset, 2);
  EXPECT_EQ(target.crossAttention->key.inputs, 40); // reads the source as it is
  EXPECT_FALSE(description.projection);
  EXPECT_EQ(description.logits.weight.name, "decoder.model.decoder.embed_tokens.weight");
  EXPECT_FALSE(description.logits.bias);
}

TEST(VisionEncoderDecoder, TrocrOffersSinusoidsAndNoEmbeddingNorm) {
  TestCheckpoint checkpoint("trocr");
  Json &decoder = checkpoint.config["decoder"];
  decoder["use_learned_position_embeddings"] = false;
  decoder["layernorm_embedding"] = false;
  decoder["scale_embedding"] = true;
  decoder["activation_function"] = "relu";
  checkpoint.tensors.erase("decoder.model.decoder.embed_positions.weight");
  checkpoint.tensors["decoder.model.decoder.embed_positions._float_tensor"] = zeros({1});
  for (const char *part : {"weight", "bias"})
    checkpoint.tensors.erase("decoder.model.decoder.layernorm_embedding." + std::string(part));
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Embedding &embedding = description.target.embedding;
  EXPECT_EQ(embedding.positions.kind, PositionKind::SinusoidalHalvesInclusive);
  EXPECT_EQ(embedding.positions.offset, 2);
  EXPECT_FALSE(embedding.norm);
  EXPECT_DOUBLE_EQ(embedding.scale, std::sqrt(48.0));
  EXPECT_EQ(description.target.feedForward.activation, Activation::Relu);
}

TEST(VisionEncoderDecoder, DescribesVitWithGpt2) {
  TestCheckpoint checkpoint("vit_gpt2");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_TRUE(description.source.selfAttention.query.bias);
  const Stack &target = description.target;
  EXPECT_EQ(target.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(target.feedForward.activation, Activation::GeluTanh);
  EXPECT_EQ(target.feedForward.input.outputs, 192);
  const checkpoints::TensorReference fused = {"decoder.transformer.h.{layer}.attn.c_attn.weight",
                                              true, 96, 48};
  EXPECT_EQ(target.selfAttention.value.weight, fused);
  EXPECT_EQ(target.selfAttention.value.bias->rowBegin, 96);
  EXPECT_EQ(target.crossAttention->value.weight.rowBegin, 48);
  EXPECT_EQ(target.crossAttention->norm.gain.name,
            "decoder.transformer.h.{layer}.ln_cross_attn.weight");
  EXPECT_EQ(target.finalNorm->gain.name, "decoder.transformer.ln_f.weight");
  EXPECT_EQ(description.generation.decoderStartId, 279);
  checkpoint.config["decoder"]["scale_attn_weights"] = false;
  checkpoint.tensors["decoder.transformer.h.1.attn.bias"] = zeros({1, 1, 64, 64});
  EXPECT_EQ(checkpoint.describe().target.selfAttention.scale, 1.0);
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
}

TEST(VisionEncoderDecoder, DeitHasTwoLeadingRows) {
  TestCheckpoint checkpoint("vit_gpt2");
  checkpoint.config["encoder"]["model_type"] = "deit";
  checkpoint.tensors["encoder.embeddings.position_embeddings"] = zeros({1, 18, 48});
  checkpoint.tensors["encoder.embeddings.mask_token"] = zeros({1, 1, 48});
  EXPECT_THAT(checkpoint.error(), HasSubstr("encoder.embeddings.distillation_token"));
  checkpoint.tensors["encoder.embeddings.distillation_token"] = zeros({1, 1, 48});
  const Embedding embedding = checkpoint.describe().source.embedding;
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  ASSERT_EQ(embedding.features->leadingRows.size(), 2u);
  EXPECT_EQ(embedding.features->leadingRows[0].name, "encoder.embeddings.cls_token");
  EXPECT_EQ(embedding.positions.length, 18);
}

TEST(EncoderDecoder, RefusesByNameWhatItCannotHonour) {
  struct Refusal {
    const char *folder, *side, *key;
    Json value;
    const char *error;
  };
  std::vector<Refusal> refusals = {
      {"bert2bert", "encoder", "model_type", "roberta", "allowed is one of \"bert\""},
      {"bert2bert", "decoder", "model_type", "gpt2", "allowed is one of \"bert\""},
      {"trocr", "encoder", "model_type", "swin", "allowed is one of \"vit\", \"deit\""},
      {"trocr", "decoder", "model_type", "opt", "one of \"trocr\", \"gpt2\", \"bert\", \"mbart\""},
      {"trocr", "encoder", "model_type", nullptr, "found \"\""},
      {"bert2bert", "decoder", "is_decoder", false, "may not look ahead"},
      {"bert2bert", "decoder", "add_cross_attention", false, "reads the source"},
      {"vit_gpt2", "decoder", "add_cross_attention", false, "reads the source"},
      {"bert2bert", "encoder", "is_decoder", true, "found true"},
      {"bert2bert", "encoder", "is_encoder_decoder", true, "one side of a model"},
      {"bert2bert", "encoder", "position_embedding_type", "relative_key", "\"absolute\""},
      {"bert2bert", "decoder", "position_embedding_type", "relative_key_query", "\"absolute\""},
      {"bert2bert", "decoder", "hidden_act", "quick_gelu", "found \"quick_gelu\""},
      {"bert2bert", "decoder", "cross_attention_hidden_size", 32, "hidden size 48"},
      {"bert2bert", "encoder", "num_attention_heads", 5, "a divisor of hidden_size = 48"},
      {"vit_gpt2", "decoder", "scale_attn_by_inverse_layer_idx", true, "allowed is false"},
      {"vit_gpt2", "encoder", "image_size", 36, "a multiple of patch_size = 8"},
      {"vit_gpt2", "encoder", "patch_size", {8, 8}, "an integer"},
      {"trocr", "decoder", "cross_attention_hidden_size", 48, "hidden size 40"},
      {"trocr", "decoder", "pruned_heads", {{"0", {1}}}, "not supported"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint(refusal.folder);
    checkpoint.config[refusal.side][refusal.key] = refusal.value;
    EXPECT_THAT(checkpoint.error(),
                AllOf(HasSubstr("config.json: " + std::string(refusal.side) + ": " + refusal.key),
                      HasSubstr(refusal.error)))
        << refusal.folder << ", " << refusal.key;
  }
  TestCheckpoint half("bert2bert");
  half.config.erase("decoder");
  EXPECT_THAT(half.error(), HasSubstr("decoder is missing"));
}

TEST(EncoderDecoder, WarnsAboutUnknownFieldsOfEitherSide) {
  TestCheckpoint checkpoint("bert2bert");
  checkpoint.config["decoder"]["flux_capacitor"] = 1.21;
  checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, ElementsAre(HasSubstr("decoder: flux_capacitor")));
}

} // namespace
} // namespace transept::frontend
