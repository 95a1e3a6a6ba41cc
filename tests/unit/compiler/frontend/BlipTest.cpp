// SPDX-License-Identifier: Apache-2.0
//
// BLIP's captions: a ViT with one matrix for query, key and value, and BERT behind it.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Blip, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("blip");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  const Attention &images = description.source.selfAttention;
  EXPECT_EQ(images.query.weight.name, images.value.weight.name);
  EXPECT_EQ(images.query.weight.rowBegin, 0);
  EXPECT_EQ(images.key.weight.rowBegin, 32);
  EXPECT_EQ(images.value.bias->rowBegin, 64);
  EXPECT_EQ(description.source.embedding.features->length, 36);
  EXPECT_EQ(description.source.finalNorm->gain.name, "vision_model.post_layernorm.weight");
  EXPECT_EQ(description.source.finalNorm->epsilon, 1e-5);
  EXPECT_EQ(description.target.crossAttention->key.inputs, 32);
  EXPECT_EQ(description.target.selfAttention.norm.epsilon, 1e-12);
  EXPECT_FALSE(description.target.embedding.segment);
  EXPECT_FALSE(description.projection);
  EXPECT_EQ(description.logits.weight.name, "text_decoder.cls.predictions.decoder.weight");
}

TEST(Blip, SpecialIdsAreThoseOfTheTextWhateverItsFilesSayBeside) {
  TestCheckpoint checkpoint("blip");
  checkpoint.generation["eos_token_id"] = 2;
  checkpoint.generation["num_beams"] = 7;
  checkpoint.config["num_beams"] = 6;
  for (const char *key : {"decoder_start_token_id", "eos_token_id", "pad_token_id"})
    checkpoint.config[key] = nullptr;
  GenerationDefaults generation = checkpoint.describe().generation;
  EXPECT_EQ(generation.decoderStartId, 300);
  EXPECT_THAT(generation.endIds, ElementsAre(7));
  EXPECT_EQ(generation.paddingId, 0);
  EXPECT_EQ(generation.beams, 1);
  EXPECT_EQ(generation.maximumLength, 20);
}

TEST(Blip, RefusesATargetThatLooksAhead) {
  TestCheckpoint checkpoint("blip");
  checkpoint.config["text_config"]["is_decoder"] = false;
  EXPECT_THAT(checkpoint.error(), HasSubstr("text_config: is_decoder"));
  checkpoint.config["text_config"]["is_decoder"] = true;
  checkpoint.config["vision_config"]["patch_size"] = 5;
  EXPECT_THAT(checkpoint.error(), HasSubstr("a multiple of patch_size = 5"));
  checkpoint.config["architectures"] = {"BlipForQuestionAnswering"};
  EXPECT_THAT(checkpoint.error(), HasSubstr("BlipForConditionalGeneration"));
}

} // namespace
} // namespace transept::frontend
