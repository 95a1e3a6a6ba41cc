// SPDX-License-Identifier: Apache-2.0
//
// Whole pipelines over tiny models of every family's shape, each pass checked by running the model
// before and after it.

#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/PassVerification.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;
using frontend::Description;

struct NamedModel {
  std::string name;
  Description (*make)();
};

Description gatedT5() {
  return testing::tinyT5(/*isGated=*/true);
}
Description tiedT5() {
  return testing::tinyT5(/*isGated=*/false);
}

Description shallowDecoder() {
  Description description = testing::tinyMarian();
  description.source.layerCount = 3;
  description.target.layerCount = 1;
  return description;
}

Description withoutLayers() {
  Description description = gatedT5();
  description.source.layerCount = 0;
  description.target.layerCount = 0;
  return description;
}

/// All layers with the same weights, as in a universal transformer.
Description sharedLayers() {
  Description description = testing::tinyMarian();
  for (frontend::Stack *stack : {&description.source, &description.target}) {
    auto share = [](checkpoints::TensorReference &tensor) {
      if (size_t at = tensor.name.find("{layer}"); at != std::string::npos)
        tensor.name.replace(at, 7, "all");
    };
    for (frontend::Linear *linear :
         {&stack->selfAttention.query, &stack->selfAttention.key, &stack->selfAttention.value,
          &stack->selfAttention.output, &stack->feedForward.input, &stack->feedForward.output}) {
      share(linear->weight);
      share(*linear->bias);
    }
  }
  frontend::Attention &cross = *description.target.crossAttention;
  cross.key.weight.name = cross.value.weight.name = "decoder.all.kv";
  return description;
}

class Pipeline : public ::testing::TestWithParam<NamedModel> {
protected:
  OwningOpRef<ModuleOp> build() { return frontend::buildModel(GetParam().make(), context); }

  OwningOpRef<ModuleOp> buildUpTo(Stage stage) {
    OwningOpRef<ModuleOp> module = build();
    PassManager manager(&context);
    addStages(manager, Stage::Graph, stage, {});
    EXPECT_TRUE(succeeded(manager.run(*module)));
    return module;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

TEST_P(Pipeline, KeepsEveryResultWithinToleranceInEveryPass) {
  for (uint64_t seed : {1, 2, 3}) {
    OwningOpRef<ModuleOp> module = build();
    ASSERT_TRUE(module);
    PassManager manager(&context);
    addStages(manager, Stage::Graph, Stage::Fused, {});
    std::string report;
    llvm::raw_string_ostream stream(report);
    EXPECT_TRUE(succeeded(runVerified(manager, *module, {.seed = seed, .report = &stream})))
        << report;
    EXPECT_NE(report.find("fuse-norms: "), std::string::npos) << report;
  }
}

TEST_P(Pipeline, PrintsStagesThatParseAgainToTheSameText) {
  for (Stage stage : {Stage::Graph, Stage::Staged, Stage::Fused}) {
    OwningOpRef<ModuleOp> module = buildUpTo(stage);
    bool hasVocabulary = buildUpTo(Stage::Fused)
                             ->walk([](SearchVocabularyOp) { return WalkResult::interrupt(); })
                             .wasInterrupted();
    if (hasVocabulary || stage != Stage::Fused)
      EXPECT_EQ(stageOf(*module), stage);
    std::string text, again;
    llvm::raw_string_ostream(text) << *module;
    OwningOpRef<ModuleOp> parsed = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(parsed) << text;
    llvm::raw_string_ostream(again) << *parsed;
    EXPECT_EQ(text, again);
  }
}

/// Where a norm stands behind a sublayer, its product cannot add the residual.
static bool addsNormalizedRows(Operation *op) {
  return isa<AddOp>(op) && llvm::any_of(op->getOperands(), [](Value operand) {
           return operand.getDefiningOp<RmsNormOp>() != nullptr;
         });
}

TEST_P(Pipeline, LeavesOnlyFusedOpsInTheLayers) {
  OwningOpRef<ModuleOp> module = buildUpTo(Stage::Fused);
  module->walk([](Operation *op) {
    if (!nameOf(op->getLoc()).contains(".layers.") || addsNormalizedRows(op))
      return;
    EXPECT_FALSE((isa<AddOp, ActivationOp, GateOp, ScaleOp, PositionEmbeddingOp, LogitsOp,
                      CombineMasksOp, PaddingMaskOp>(op)))
        << op->getName().getStringRef().str();
  });
}

TEST_P(Pipeline, MakesOneProductOfTheEncoderCache) {
  OwningOpRef<ModuleOp> module = buildUpTo(Stage::Fused);
  auto encode = module->lookupSymbol<func::FuncOp>(encodeName);
  llvm::SmallPtrSet<Operation *, 4> products;
  for (auto store : encode.getOps<CacheStoreOp>()) {
    Operation *producer = store.getRows().getDefiningOp();
    // Norms of the heads of keys come in between.
    while (isa<SliceColumnsOp, RmsNormOp>(producer))
      producer = producer->getOperand(0).getDefiningOp();
    products.insert(producer);
  }
  EXPECT_LE(products.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    TinyModels, Pipeline,
    ::testing::Values(
        NamedModel{"Marian", testing::tinyMarian}, NamedModel{"TiedT5", tiedT5},
        NamedModel{"GatedT5", gatedT5}, NamedModel{"Bart", testing::tinyBart},
        NamedModel{"Speech", testing::tinySpeech}, NamedModel{"Vision", testing::tinyVision},
        NamedModel{"Encoder", testing::tinyEncoder}, NamedModel{"Decoder", testing::tinyDecoder},
        NamedModel{"Grouped", testing::tinyGrouped}, NamedModel{"ShallowDecoder", shallowDecoder},
        NamedModel{"WithoutLayers", withoutLayers}, NamedModel{"SharedLayers", sharedLayers}),
    [](const auto &info) { return info.param.name; });

} // namespace
} // namespace transept
