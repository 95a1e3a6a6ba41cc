// SPDX-License-Identifier: Apache-2.0

#include "compiler/frontend/builder/ModelBuilder.h"

#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "dialects/Transept/interpreter/RunModel.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/Diagnostics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;
using frontend::buildModel;
using frontend::Description;
using ::testing::HasSubstr;

class ModelBuilderTest : public ::testing::Test {
protected:
  template <typename OpTy> static int64_t count(ModuleOp module) {
    int64_t number = 0;
    module.walk([&](OpTy) { ++number; });
    return number;
  }

  /// The error that building `description` gives.
  std::string errorOf(const Description &description) {
    std::string error;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      error = diagnostic.str();
      return success();
    });
    EXPECT_FALSE(buildModel(description, context));
    return error;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

TEST_F(ModelBuilderTest, BuildsOneFunctionFromIdsToLogitsAndEncoderStates) {
  auto module = buildModel(testing::tinyMarian(), context);
  ASSERT_TRUE(module);
  auto forward = module->lookupSymbol<func::FuncOp>("forward");
  std::string type;
  llvm::raw_string_ostream(type) << forward.getFunctionType();
  EXPECT_EQ(type, "(!transept.rows<source x 1 x i32>, !transept.rows<target x 1 x i32>) -> "
                  "(!transept.rows<target x 37 x f32>, !transept.rows<source x 30 x f32>)");
}

TEST_F(ModelBuilderTest, NamesOpsAfterTheNodesOfTheDescription) {
  auto module = buildModel(testing::tinyMarian(), context);
  std::vector<std::string> names;
  module->walk([&](LinearOp linear) { names.push_back(nameOf(linear.getLoc()).str()); });
  EXPECT_THAT(names, ::testing::IsSupersetOf({"encoder.layers.0.self_attention.query",
                                              "decoder.layers.1.cross_attention.value",
                                              "decoder.layers.1.feed_forward.output"}));
}

TEST_F(ModelBuilderTest, PutsTheLayersNumberIntoTensorNames) {
  auto module = buildModel(testing::tinyMarian(), context);
  std::vector<std::string> names;
  module->walk([&](ParameterOp parameter) { names.push_back(parameter.getName().str()); });
  EXPECT_THAT(names, ::testing::IsSupersetOf({"decoder.layer.0.self.q.weight",
                                              "decoder.layer.1.self.q.weight", "shared"}));
}

TEST_F(ModelBuilderTest, StandardizesFramesAndAddsPositionsBehindTheStatesThatAreReturned) {
  auto module = buildModel(testing::tinyFrames(), context);
  ASSERT_TRUE(module);
  auto norms = module->lookupSymbol<func::FuncOp>("forward").getOps<LayerNormOp>();
  LayerNormOp first = *norms.begin();
  EXPECT_EQ(nameOf(first.getLoc()), "encoder.embedding.features.standardization.norm");
  EXPECT_FALSE(first.getGain());
  EXPECT_EQ(count<ScaleOp>(*module), 1) << "of the frames";
  Value states =
      module->lookupSymbol<func::FuncOp>("forward").getBody().front().getTerminator()->getOperand(
          1);
  std::vector<std::string> readers;
  for (Operation *reader : states.getUsers())
    readers.push_back(nameOf(reader->getLoc()).str());
  EXPECT_THAT(readers, ::testing::IsSupersetOf({"memory.positions", "memory.sum"}));
  EXPECT_THAT(readers, ::testing::Not(::testing::Contains(HasSubstr("decoder"))));
}

TEST_F(ModelBuilderTest, SharesARelativeBiasUnlessItsNameHasTheLayer) {
  Description description = testing::tinyT5(/*isGated=*/false);
  EXPECT_EQ(count<RelativePositionBiasOp>(*buildModel(description, context)), 2);
  description.target.selfAttention.relativeBias->table.name = "decoder.{layer}.relative";
  EXPECT_EQ(count<RelativePositionBiasOp>(*buildModel(description, context)), 1 + 3);
}

/// One table of distances for all heads, or rows that a layer makes of sinusoids for each head,
/// with what its biases add.
TEST_F(ModelBuilderTest, LetsRowsSayWhatDistancesAddToTheirScores) {
  Description description = testing::tinyT5(/*isGated=*/false);
  frontend::Attention &attention = description.source.selfAttention;
  attention.relativeBias.reset();
  frontend::RelativeScores &scores = attention.relativeScores.emplace();
  scores.before = 2;
  scores.after = 3;
  scores.table = checkpoints::TensorReference{"distances"};
  scores.isDescending = true;
  auto shared = buildModel(description, context);
  ASSERT_TRUE(shared);
  EXPECT_EQ(count<RelativeScoresOp>(*shared), 2);
  EXPECT_EQ(count<WeightReverseRowsOp>(*shared), 2);
  shared->walk([&](HeadLinearOp op) {
    EXPECT_EQ(op.getWeights().size(), 1u);
    EXPECT_EQ(op.getBiases().size(), 0u);
    EXPECT_EQ(op.getResult().getType().getWidth(), 3 * 6);
  });
  scores.table.reset();
  scores.isDescending = false;
  scores.projection =
      frontend::Linear{.weight = {"layers.{layer}.p"}, .bias = {}, .inputs = 8, .outputs = 3 * 10};
  scores.contentBias = checkpoints::TensorReference{"layers.{layer}.u"};
  scores.positionBias = checkpoints::TensorReference{"layers.{layer}.v"};
  auto projected = buildModel(description, context);
  ASSERT_TRUE(projected);
  projected->walk([&](HeadLinearOp op) {
    EXPECT_EQ(op.getWeights().size(), 3u);
    EXPECT_EQ(op.getBiases().size(), 3u);
    EXPECT_TRUE(op.getInput().getDefiningOp<LinearOp>().getBias()) << "of the content";
  });
}

TEST_F(ModelBuilderTest, PredictsFromASecondStream) {
  Description description = testing::tinyBart();
  frontend::Stack &target = description.target;
  target.predictStream = frontend::PredictStream{.embedding = {"stream"}, .positions = {"next"}};
  auto module = buildModel(description, context);
  ASSERT_TRUE(module);
  EXPECT_EQ(count<MergedAttentionOp>(*module), target.layerCount);
  module->walk([&](MergedAttentionOp op) { EXPECT_TRUE(op.seesOwnMemory()); });
  auto logits = *module->lookupSymbol<func::FuncOp>("forward").getOps<LogitsOp>().begin();
  Value states = logits.getInput();
  if (auto scale = states.getDefiningOp<ScaleOp>())
    states = scale.getInput();
  EXPECT_THAT(nameOf(states.getLoc()).str(), HasSubstr("predict"));
}

TEST_F(ModelBuilderTest, ScalesStatesOnlyWhereTheDescriptionDoes) {
  EXPECT_EQ(count<ScaleOp>(*buildModel(testing::tinyT5(/*isGated=*/false), context)), 1);
  EXPECT_EQ(count<ScaleOp>(*buildModel(testing::tinyT5(/*isGated=*/true), context)), 0);
}

TEST_F(ModelBuilderTest, RefusesLearnedPositionsWithoutATable) {
  Description description = testing::tinyBart();
  description.target.embedding.positions.table.reset();
  EXPECT_THAT(errorOf(description), HasSubstr("expects a table of learned positions"));
}

TEST_F(ModelBuilderTest, RefusesPositionsWithoutALength) {
  Description description = testing::tinyMarian();
  description.source.embedding.positions.length = 0;
  EXPECT_THAT(errorOf(description), HasSubstr("expects a positive number of positions, but got 0"));
}

TEST_F(ModelBuilderTest, RefusesWidthsThatDoNotMatch) {
  Description description = testing::tinyMarian();
  description.target.selfAttention.query.outputs = 29;
  EXPECT_THAT(errorOf(description), HasSubstr("29"));
}

TEST_F(ModelBuilderTest, RefusesCrossAttentionInTheSourceStack) {
  Description description = testing::tinyMarian();
  description.source.crossAttention = description.target.crossAttention;
  EXPECT_THAT(errorOf(description), HasSubstr("expects cross-attention in the target stack only"));
}

TEST_F(ModelBuilderTest, ComputesAPostNormLayerAsWrittenByHand) {
  // One layer of width 2 with all projections zero: states = norm(norm(x) + output bias).
  Description description = testing::tinyBart();
  auto module = buildModel(description, context);
  ParameterSource zero = [](const ParameterRequest &request) -> llvm::Expected<std::vector<float>> {
    int64_t size = 1;
    for (int64_t extent : request.shape)
      size *= extent;
    float value = request.name.contains("gain")   ? 1.0f
                  : request.name == "output_bias" ? 0.5f
                                                  : 0.0f;
    return std::vector<float>(size, value);
  };
  auto outputs = runModel(*module, zero, {{1, 2}}, {{3}});
  ASSERT_TRUE(succeeded(outputs));
  for (double value : outputs->logits.values)
    EXPECT_EQ(value, 0.5);
}

} // namespace
} // namespace transept
