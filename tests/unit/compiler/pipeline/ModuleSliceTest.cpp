// SPDX-License-Identifier: Apache-2.0
//
// Every slice is a model: it verifies, runs, and goes through the passes that follow.

#include "compiler/pipeline/ModuleSlice.h"

#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/RandomInputs.h"
#include "compiler/pipeline/Stages.h"
#include "dialects/Transept/Transept.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;

struct SliceCase {
  std::string model;
  frontend::Description (*make)();
  Stage stage;
};

frontend::Description gatedT5() {
  return testing::tinyT5(/*isGated=*/true);
}

class ModuleSlicing : public ::testing::TestWithParam<SliceCase> {
protected:
  ModuleSlicing() : module(frontend::buildModel(GetParam().make(), context)) {
    lower(*module, Stage::Graph, GetParam().stage);
  }

  void lower(ModuleOp lowered, Stage from, Stage to) {
    PassManager manager(&context);
    addStages(manager, from, to, {});
    EXPECT_TRUE(succeeded(manager.run(lowered)));
  }

  static FailureOr<ModelOutputs> run(ModuleOp module) {
    auto [sources, targets] = randomSequences(module, /*seed=*/1);
    return runModel(module, randomParameters(1), sources, targets);
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

TEST_P(ModuleSlicing, OfAllOpsComputesTheSame) {
  ModuleSlicer slicer(*module);
  OwningOpRef<ModuleOp> slice = slicer.build(slicer.keep(slicer.ops()));
  ASSERT_TRUE(slice);
  auto expected = run(*module), found = run(*slice);
  ASSERT_TRUE(succeeded(expected) && succeeded(found));
  EXPECT_EQ(found->logits, expected->logits);
  EXPECT_EQ(found->encoderStates, expected->encoderStates);
}

TEST_P(ModuleSlicing, OfOneOpIsAModelThatRunsAndCompiles) {
  ModuleSlicer slicer(*module);
  for (Operation *op : slicer.ops()) {
    ModuleSlice one = slicer.keep({op});
    OwningOpRef<ModuleOp> slice = slicer.build(one);
    ASSERT_TRUE(slice) << op->getName().getStringRef().str();
    EXPECT_TRUE(succeeded(verify(*slice)));
    auto outputs = run(*slice);
    ASSERT_TRUE(succeeded(outputs)) << op->getName().getStringRef().str();
    EXPECT_EQ(outputs->results.size(), one.returned.size());
    lower(*slice, GetParam().stage, Stage::Fused);
  }
}

TEST_P(ModuleSlicing, OfOneValueKeepsOnlyWhatItNeeds) {
  ModuleSlicer slicer(*module);
  Operation *op = slicer.ops()[slicer.ops().size() / 2];
  ModuleSlice slice = slicer.compute({op->getResult(0)}, slicer.ops());
  EXPECT_EQ(slice.ops.back(), op);
  EXPECT_LE(slice.ops.size(), slicer.ops().size() / 2 + 1);
  OwningOpRef<ModuleOp> built = slicer.build(slice);
  ASSERT_TRUE(built);
  EXPECT_TRUE(succeeded(run(*built)));
}

INSTANTIATE_TEST_SUITE_P(
    TinyModels, ModuleSlicing,
    ::testing::Values(SliceCase{"Marian", testing::tinyMarian, Stage::Graph},
                      SliceCase{"Marian", testing::tinyMarian, Stage::Staged},
                      SliceCase{"Marian", testing::tinyMarian, Stage::Fused},
                      SliceCase{"GatedT5", gatedT5, Stage::Graph},
                      SliceCase{"GatedT5", gatedT5, Stage::Fused},
                      SliceCase{"Speech", testing::tinySpeech, Stage::Graph},
                      SliceCase{"Speech", testing::tinySpeech, Stage::Staged},
                      SliceCase{"Vision", testing::tinyVision, Stage::Fused},
                      SliceCase{"Encoder", testing::tinyEncoder, Stage::Staged},
                      SliceCase{"Decoder", testing::tinyDecoder, Stage::Staged}),
    [](const auto &info) { return info.param.model + infoOf(info.param.stage).name.str(); });

} // namespace
} // namespace transept
