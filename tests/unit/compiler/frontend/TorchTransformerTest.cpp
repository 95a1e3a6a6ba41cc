// SPDX-License-Identifier: Apache-2.0
//
// torch.nn.Transformer between embeddings and a generator.

#include "tests/support/TestCheckpoint.h"

#include <cmath>

namespace transept::frontend {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TorchTransformer, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("nn_transformer");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Stack &source = description.source, &target = description.target;
  EXPECT_EQ(source.layerCount, 2);
  EXPECT_EQ(target.layerCount, 3);
  for (const Stack *stack : {&source, &target}) {
    EXPECT_EQ(stack->normPlacement, NormPlacement::Post);
    EXPECT_TRUE(stack->finalNorm); // torch puts one behind post-norm layers too
    EXPECT_EQ(stack->embedding.positions.kind, PositionKind::SinusoidalInterleaved);
    EXPECT_EQ(stack->embedding.positions.length, 128);
    EXPECT_DOUBLE_EQ(stack->embedding.scale, std::sqrt(48.0));
  }
  const checkpoints::TensorReference fused = {
      "transformer.decoder.layers.{layer}.multihead_attn.in_proj_weight", false, 48, 48};
  EXPECT_EQ(target.crossAttention->key.weight, fused);
  EXPECT_EQ(target.crossAttention->value.bias->rowBegin, 96);
  EXPECT_EQ(source.feedForward.norm.gain.name, "transformer.encoder.layers.{layer}.norm2.weight");
  EXPECT_EQ(target.feedForward.norm.gain.name, "transformer.decoder.layers.{layer}.norm3.weight");
  EXPECT_EQ(source.embedding.weight->name, "src_embed.weight");
  EXPECT_EQ(target.embedding.weight->name, "tgt_embed.weight");
  EXPECT_EQ(description.logits.bias->name, "generator.bias");
}

TEST(TorchTransformer, HonoursNormFirstEpsilonAndActivation) {
  TestCheckpoint checkpoint("nn_transformer");
  checkpoint.config.update(
      {{"norm_first", true}, {"layer_norm_eps", 1e-6}, {"activation", "gelu"}});
  const Stack target = checkpoint.describe().target;
  EXPECT_EQ(target.normPlacement, NormPlacement::Pre);
  EXPECT_EQ(target.crossAttention->norm.epsilon, 1e-6);
  EXPECT_EQ(target.finalNorm->epsilon, 1e-6);
  EXPECT_EQ(target.feedForward.activation, Activation::Gelu);
}

TEST(TorchTransformer, RefusesByNameWhatItCannotHonour) {
  struct Refusal {
    const char *key;
    Json value;
    const char *error;
  };
  std::vector<Refusal> refusals = {
      {"nhead", 5, "a divisor of d_model = 48"},
      {"bias", false, "allowed is true"},
      {"activation", "elu", "found \"elu\""},
      {"max_len", nullptr, "max_len is missing"},
      {"vocab_size", 291, "vocab_size = 291"},
      {"d_model", 47, "an even number"},
      {"norm_first", 1, "true or false"},
      {"dim_feedforward", 81, "dim_feedforward = 81"},
      {"architectures", {"X"}, "NNTransformerSeq2Seq"},
  };
  for (const Refusal &refusal : refusals) {
    TestCheckpoint checkpoint("nn_transformer");
    checkpoint.config[refusal.key] = refusal.value;
    EXPECT_THAT(checkpoint.error(), AllOf(HasSubstr(refusal.key), HasSubstr(refusal.error)))
        << refusal.key;
  }
}

} // namespace
} // namespace transept::frontend
