// SPDX-License-Identifier: Apache-2.0
//
// An encoder alone (BERT) and a decoder alone (GPT-2): one side of a description, none of the
// other.

#include "base/Error.h"
#include "tests/support/TestCheckpoint.h"

#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"

namespace transept::frontend {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// The GPT-2 of vit_gpt2 without what reads the images.
struct Gpt2Checkpoint : TestCheckpoint {
  Gpt2Checkpoint() : TestCheckpoint("vit_gpt2") {
    config = Json(config["decoder"]);
    config["architectures"] = {"GPT2LMHeadModel"};
    config["add_cross_attention"] = false;
    TestTensors own;
    std::string side = "decoder.";
    for (const auto &[name, tensor] : tensors)
      if (name.starts_with(side) && name.find("cross") == std::string::npos)
        own[name.substr(side.size())] = tensor;
    tensors = std::move(own);
  }
};

TEST(OneSide, DescribesBertAsAnEncoderAlone) {
  std::vector<std::string> warnings;
  Description description = describeCheckpoint(goldenPath("bert"), warnings);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_TRUE(description.hasSource());
  EXPECT_FALSE(description.hasTarget());
  EXPECT_EQ(description.source.embedding.weight->name, "embeddings.word_embeddings.weight");
  EXPECT_TRUE(description.logits.weight.name.empty());
}

TEST(OneSide, DescribesGpt2AsADecoderAlone) {
  Gpt2Checkpoint checkpoint;
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_FALSE(description.hasSource());
  EXPECT_FALSE(description.target.crossAttention);
  EXPECT_EQ(description.target.selfAttention.key.weight.name,
            "transformer.h.{layer}.attn.c_attn.weight");
  EXPECT_EQ(description.logits.weight.name, "transformer.wte.weight");
}

TEST(OneSide, TakesCheckpointsWithoutPrefix) {
  Gpt2Checkpoint checkpoint;
  TestTensors tensors;
  std::string prefix = "transformer.";
  for (const auto &[name, tensor] : checkpoint.tensors)
    tensors[name.starts_with(prefix) ? name.substr(prefix.size()) : name] = tensor;
  checkpoint.tensors = std::move(tensors);
  EXPECT_EQ(checkpoint.describe().logits.weight.name, "wte.weight");
}

TEST(OneSide, RefusesWhatNeedsTheOtherSide) {
  Gpt2Checkpoint checkpoint;
  checkpoint.config["add_cross_attention"] = true;
  EXPECT_THAT(checkpoint.error(), HasSubstr("add_cross_attention: found true"));
  checkpoint.config["add_cross_attention"] = false;
  checkpoint.config["cross_attention_hidden_size"] = 48;
  EXPECT_THAT(checkpoint.error(), HasSubstr("cross_attention_hidden_size: found 48"));
}

TEST(OneSide, SurvivesJson) {
  Gpt2Checkpoint checkpoint;
  Description description = checkpoint.describe();
  std::string json = toJson(description);
  EXPECT_EQ(json.find("\"source\""), std::string::npos);
  EXPECT_EQ(toJson(fromJson(json, "test")), json);
}

TEST(OneSide, NeedsOneSideAtLeast) {
  Description description = Gpt2Checkpoint().describe();
  description.target = {};
  EXPECT_THROW(checkDescription(description), InputError);
}

} // namespace
} // namespace transept::frontend
