// SPDX-License-Identifier: Apache-2.0
//
// Classes that score labels: what stands in place of the vocabulary, and what config.json says of
// the labels.

#include "tests/support/TestCheckpoint.h"

#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Classification, DescribesTheHeadOfBart) {
  TestCheckpoint checkpoint("bart_classifier");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  ASSERT_TRUE(description.classifier);
  EXPECT_THAT(description.classifier->labels,
              ElementsAre("contradiction", "neutral", "entailment"));
  EXPECT_EQ(description.classifier->scores, LabelScores::Softmax);
  EXPECT_EQ(description.classifier->endId, 2);
  EXPECT_EQ(description.classifier->startId, 2);
  EXPECT_EQ(description.logitsWidth(), 3);
  const Logits &logits = description.logits;
  EXPECT_EQ(logits.transform->activation, Activation::Tanh);
  EXPECT_FALSE(logits.transform->norm);
  EXPECT_EQ(logits.weight.name, "classification_head.out_proj.weight");
  EXPECT_EQ(logits.bias->name, "classification_head.out_proj.bias");
  EXPECT_EQ(logits.scale, 1.0);
  // What `describe` prints is read back the same.
  EXPECT_EQ(toJson(fromJson(toJson(description), "text")), toJson(description));
}

TEST(Classification, TheTargetOfMBartBeginsWithTheLastIdOfTheSource) {
  Description description = TestCheckpoint("mbart_classifier").describe();
  EXPECT_FALSE(description.classifier->startId);
  EXPECT_EQ(description.classifier->scores, LabelScores::Identity);
  EXPECT_THAT(description.classifier->labels, ElementsAre("LABEL_0"));
}

TEST(Classification, T5HasItsStacksUnderANameOfTheirOwn) {
  TestCheckpoint checkpoint("t5_classifier");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.source.embedding.weight->name, "transformer.shared.weight");
  EXPECT_EQ(description.target.finalNorm->gain.name, "transformer.decoder.final_layer_norm.weight");
  EXPECT_EQ(description.classifier->labels.size(), 4u);
  EXPECT_EQ(description.classifier->scores, LabelScores::Sigmoid);
  EXPECT_EQ(description.classifier->startId, 0);
  EXPECT_EQ(description.logits.scale, 1.0);
}

TEST(Classification, LabelsMayHaveNoNames) {
  TestCheckpoint checkpoint("bart_classifier");
  checkpoint.config.erase("id2label");
  EXPECT_THAT(checkpoint.describe().classifier->labels,
              ElementsAre("LABEL_0", "LABEL_1", "LABEL_2"));
  checkpoint.config["num_labels"] = 2;
  EXPECT_THAT(checkpoint.error(), HasSubstr("2 labels and d_model = 32"));
}

TEST(Classification, OneLabelIsRightOrNot) {
  TestCheckpoint checkpoint("mbart_classifier");
  checkpoint.config.erase("problem_type");
  EXPECT_EQ(checkpoint.describe().classifier->scores, LabelScores::Sigmoid);
}

TEST(Classification, RefusesLabelsThatMakeNoSense) {
  auto errorWith = [](const char *key, const Json &value) {
    TestCheckpoint checkpoint("bart_classifier");
    checkpoint.config[key] = value;
    return checkpoint.error();
  };
  EXPECT_THAT(errorWith("id2label", {{"0", "a"}, {"2", "b"}}),
              HasSubstr("the keys \"0\" to \"1\""));
  EXPECT_THAT(errorWith("id2label", {{"0", 1}, {"1", "a"}, {"2", "b"}}), HasSubstr("id2label: 0"));
  EXPECT_THAT(errorWith("id2label", Json::object()), HasSubstr("a name for each label"));
  EXPECT_THAT(errorWith("problem_type", "ranking"), HasSubstr("\"regression\""));
  EXPECT_THAT(errorWith("eos_token_id", 100000), HasSubstr("found token 100000"));
}

TEST(Classification, CheckDescriptionNamesContradictions) {
  const Description good = TestCheckpoint("bart_classifier").describe();
  auto errorOfChanged = [&](auto change) {
    Description bad = good;
    change(bad);
    return errorOf([&] { checkDescription(bad); });
  };
  EXPECT_THAT(errorOfChanged([](auto &d) { d.classifier->labels.clear(); }),
              HasSubstr("one label or more"));
  EXPECT_THAT(errorOfChanged([](auto &d) { d.target.embedding.vocabularySize = 5; }),
              HasSubstr("the target repeats the source"));
  EXPECT_THAT(errorOfChanged([](auto &d) { d.target = {}; }), HasSubstr("needs a target side"));
}

} // namespace
} // namespace transept::frontend
