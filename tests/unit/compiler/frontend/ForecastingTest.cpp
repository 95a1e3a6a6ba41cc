// SPDX-License-Identifier: Apache-2.0
//
// Chronos-Bolt: T5's layers between patches of a series and quantiles of what follows.

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Forecasting, DescribesTheGoldenCheckpoint) {
  TestCheckpoint checkpoint("chronos_bolt");
  Description description = checkpoint.describe();
  EXPECT_THAT(checkpoint.warnings, IsEmpty());
  EXPECT_EQ(description.family, "chronos-bolt");
  const Forecaster &forecaster = description.forecaster.value();
  EXPECT_EQ(forecaster.patchLength, 8);
  EXPECT_EQ(forecaster.contextLength, 96);
  EXPECT_EQ(forecaster.horizon, 12);
  EXPECT_EQ(forecaster.startId, 0);
  EXPECT_THAT(forecaster.quantiles, ElementsAre(0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9));
  EXPECT_EQ(forecaster.head.output.outputs, 7 * 12);
  EXPECT_EQ(forecaster.head.skip.weight.name, "output_patch_embedding.residual_layer.weight");
  const Embedding &source = description.source.embedding;
  EXPECT_FALSE(source.weight);
  EXPECT_EQ(source.vocabularySize, 0);
  ASSERT_TRUE(source.features && source.features->block);
  EXPECT_EQ(source.features->width, 16);
  EXPECT_EQ(source.features->block->input.outputs, 40) << "d_ff";
  EXPECT_EQ(source.features->block->activation, Activation::Relu);
  ASSERT_EQ(source.features->trailingRows.size(), 1u);
  EXPECT_EQ(source.features->trailingRows[0].name, "shared.weight");
  EXPECT_EQ(source.features->trailingRows[0].rowBegin, 1);
  EXPECT_EQ(description.target.embedding.vocabularySize, 2);
  EXPECT_EQ(description.source.selfAttention.scale, 1.0);
}

TEST(Forecasting, ModelsOfOldHaveNoRowBehindTheSeries) {
  TestCheckpoint checkpoint("chronos_bolt");
  checkpoint.config["chronos_config"]["use_reg_token"] = false;
  checkpoint.tensors["shared.weight"].shape = {1, 32};
  checkpoint.tensors["shared.weight"].data.resize(32 * sizeof(float));
  Description description = checkpoint.describe();
  EXPECT_THAT(description.source.embedding.features->trailingRows, IsEmpty());
  EXPECT_EQ(description.target.embedding.vocabularySize, 1);
}

TEST(Forecasting, RefusesByName) {
  TestCheckpoint checkpoint("chronos_bolt");
  Json &settings = checkpoint.config["chronos_config"];
  auto with = [&](const char *key, const Json &value) {
    Json before = settings;
    settings[key] = value;
    std::string error = checkpoint.error();
    settings = before;
    return error;
  };
  EXPECT_THAT(with("input_patch_stride", 4), HasSubstr("input_patch_stride"));
  EXPECT_THAT(with("quantiles", {0.5, 0.1}), HasSubstr("shares that rise"));
  EXPECT_THAT(with("quantiles", Json::array()), HasSubstr("quantiles is missing"));
  EXPECT_THAT(with("quantiles", {0.1, 1.5}), HasSubstr("quantiles"));
  EXPECT_THAT(with("use_arcsinh", true), HasSubstr("use_arcsinh is not known"));
  EXPECT_THAT(with("prediction_length", nullptr), HasSubstr("prediction_length is missing"));
  EXPECT_THAT(with("prediction_length", 13), HasSubstr("forecaster.head.output"));
  checkpoint.config["chronos_pipeline_class"] = "ChronosPipeline";
  EXPECT_THAT(checkpoint.error(), HasSubstr("\"ChronosBoltPipeline\""));
  checkpoint.config.erase("chronos_config");
  EXPECT_THAT(checkpoint.error(), HasSubstr("chronos_config is missing"));
}

} // namespace
} // namespace transept::frontend
