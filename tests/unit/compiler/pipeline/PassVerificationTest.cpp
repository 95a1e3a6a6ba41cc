// SPDX-License-Identifier: Apache-2.0
//
// A verification that never fails proves nothing: wrong passes are planted and must be named.

#include "compiler/pipeline/PassVerification.h"
#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/RandomInputs.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Transept.h"
#include "tests/support/TinyModels.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/Passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A pass that does `change` to the module.
struct PlantedPass : PassWrapper<PlantedPass, OperationPass<ModuleOp>> {
  explicit PlantedPass(std::function<void(ModuleOp)> change) : change(std::move(change)) {}
  StringRef getArgument() const override { return "planted"; }
  void runOnOperation() override { change(getOperation()); }
  std::function<void(ModuleOp)> change;
};

/// A block of whole targets: frames through a convolution, attention across with returned weights.
constexpr llvm::StringLiteral block = R"(
  !frames = !transept.rows<source.features x 3 x f32>
  !windows = !transept.rows<source x 9 x f32>
  !source = !transept.rows<source x 4 x f32>
  !target = !transept.rows<target x 4 x f32>
  !weights = !transept.attention_weights<target x source x 2>
  func.func @forward(%frames: !frames, %x: !target) -> (!target, !weights, !weights) {
    %w = transept.parameter "stem" : tensor<4x9xf32>
    %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
    %states = transept.linear %windows, %w : (!windows, tensor<4x9xf32>) -> !source
    %y = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target
    %z, %first = transept.cross_attention %y, %states, %states heads 2
        : (!target, !source, !source) -> (!target, !weights)
    %r, %second = transept.cross_attention %z, %states, %states heads 2 {scale = 2.0}
        : (!target, !source, !source) -> (!target, !weights)
    return %r, %first, %second : !target, !weights, !weights
  })";

class PassVerificationTest : public ::testing::Test {
protected:
  std::vector<std::string> errorsWith(std::function<void(ModuleOp)> change) {
    return errorsOf([&] { return frontend::buildModel(testing::tinyMarian(), context); },
                    std::move(change));
  }
  std::vector<std::string> errorsOfBlock(std::function<void(ModuleOp)> change) {
    context.loadDialect<TranseptDialect, func::FuncDialect>();
    return errorsOf([&] { return parseSourceString<ModuleOp>(block, &context); },
                    std::move(change));
  }

  /// Stages `graph` to `staged`, then `change`, then the fusions; returns the errors.
  std::vector<std::string> errorsOf(std::function<OwningOpRef<ModuleOp>()> makeModel,
                                    std::function<void(ModuleOp)> change) {
    std::vector<std::string> errors;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        errors.push_back(diagnostic.str());
      return success();
    });
    OwningOpRef<ModuleOp> module = makeModel();
    PassManager manager(&context);
    addStages(manager, Stage::Graph, Stage::Staged, {});
    manager.addPass(std::make_unique<PlantedPass>(std::move(change)));
    addStages(manager, Stage::Staged, Stage::Fused, {});
    EXPECT_EQ(failed(runVerified(manager, *module)), !errors.empty());
    return errors;
  }

  /// Does `change` to the first op of that kind, if there is one: a pass meets parts of the model.
  template <typename OpTy>
  static void changeFirst(ModuleOp module, StringRef function,
                          llvm::function_ref<void(OpTy)> change) {
    auto ops = module.lookupSymbol<func::FuncOp>(function).getOps<OpTy>();
    if (!ops.empty())
      change(*ops.begin());
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

TEST_F(PassVerificationTest, AcceptsAPassThatChangesNothing) {
  EXPECT_THAT(errorsWith([](ModuleOp) {}), IsEmpty());
}

TEST_F(PassVerificationTest, NamesThePassThatChangedAScale) {
  auto errors = errorsWith([](ModuleOp module) {
    changeFirst<SelfAttentionOp>(module, decodeName, [](SelfAttentionOp attention) {
      attention.setScaleAttr(Builder(attention.getContext()).getF64FloatAttr(0.25));
    });
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors.front(), HasSubstr("pass 'planted' changed the logits of the model"));
}

TEST_F(PassVerificationTest, NamesThePassThatDroppedACausalMask) {
  auto errors = errorsWith([](ModuleOp module) {
    changeFirst<SelfAttentionOp>(
        module, decodeName, [](SelfAttentionOp attention) { attention.getMaskMutable().clear(); });
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors.front(), HasSubstr("pass 'planted' changed the logits of the model"));
}

TEST_F(PassVerificationTest, NamesThePassThatExchangedCaches) {
  auto errors = errorsWith([](ModuleOp module) {
    changeFirst<CrossAttentionOp>(module, decodeName, [](CrossAttentionOp attention) {
      Value key = attention.getKey();
      attention.getKeyMutable().set(attention.getValue());
      attention.getValueMutable().set(key);
    });
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors.front(), HasSubstr("pass 'planted' changed the logits of the model"));
}

TEST_F(PassVerificationTest, NamesThePassThatChangedTheEncoder) {
  auto errors = errorsWith([](ModuleOp module) {
    changeFirst<LayerNormOp>(module, encodeName, [](LayerNormOp norm) {
      norm.setEpsilonAttr(Builder(norm.getContext()).getF64FloatAttr(0.01));
    });
  });
  ASSERT_FALSE(errors.empty());
  EXPECT_THAT(errors.front(), HasSubstr("pass 'planted' changed the"));
}

TEST_F(PassVerificationTest, NamesThePassThatLeftAModelThatCannotRun) {
  auto errors = errorsWith(
      [](ModuleOp module) { module.lookupSymbol<func::FuncOp>(encodeName).setName("code"); });
  ASSERT_GE(errors.size(), 2u);
  EXPECT_THAT(errors[1], HasSubstr("pass 'planted' left a model that cannot run"));
}

TEST_F(PassVerificationTest, AcceptsWholeTargetsThatNothingChanged) {
  EXPECT_THAT(errorsOfBlock([](ModuleOp) {}), IsEmpty());
}

TEST_F(PassVerificationTest, NamesThePassThatExchangedReturnedWeights) {
  auto errors = errorsOfBlock([](ModuleOp module) {
    auto decode = module.lookupSymbol<func::FuncOp>(decodeName);
    Operation *returned = decode.getBody().front().getTerminator();
    if (returned->getNumOperands() != 3)
      return;
    Value first = returned->getOperand(1);
    returned->setOperand(1, returned->getOperand(2));
    returned->setOperand(2, first);
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors.front(),
              HasSubstr("pass 'planted' changed the attention weights of the model"));
}

TEST_F(PassVerificationTest, NamesThePassThatReturnedWeightsOnceOnly) {
  auto errors = errorsOfBlock([](ModuleOp module) {
    auto decode = module.lookupSymbol<func::FuncOp>(decodeName);
    Operation *returned = decode.getBody().front().getTerminator();
    if (returned->getNumOperands() != 3)
      return;
    returned->eraseOperand(2);
    updateFunctionType(decode);
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors.front(),
              HasSubstr("pass 'planted' changed the attention weights of the model"));
}

TEST_F(PassVerificationTest, NamesThePassThatShiftedAConvolution) {
  auto errors = errorsOfBlock([](ModuleOp module) {
    changeFirst<WindowsOp>(module, encodeName, [](WindowsOp windows) {
      windows.setPaddingAttr(Builder(windows.getContext()).getI64IntegerAttr(2));
    });
  });
  ASSERT_FALSE(errors.empty());
  EXPECT_THAT(errors.front(), HasSubstr("pass 'planted' changed the logits of the model"));
}

TEST_F(PassVerificationTest, DrawsIdsWithinVocabulariesAndPositions) {
  frontend::Description description = testing::tinyMarian();
  description.source.embedding.positions.length = 2;
  OwningOpRef<ModuleOp> module = frontend::buildModel(description, context);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    auto [sources, targets] = randomSequences(*module, seed);
    for (const auto &sequence : sources)
      EXPECT_LE(sequence.size(), 2u);
    for (const auto &sequence : targets)
      for (int32_t id : sequence)
        EXPECT_TRUE(id >= 0 && id < 37) << id;
  }
}

TEST_F(PassVerificationTest, LeavesPositionsForPrependedRows) {
  frontend::Description description = testing::tinyVision();
  description.source.embedding.positions.length = 5;
  OwningOpRef<ModuleOp> module = frontend::buildModel(description, context);
  auto [sources, targets] = randomSequences(*module, /*seed=*/1);
  EXPECT_EQ(sources[0].size(), 3u); // two rows are prepended
  EXPECT_EQ(sources[1].size(), 1u);
  EXPECT_TRUE(succeeded(runModel(*module, randomParameters(1), sources, targets)));
}

} // namespace
} // namespace transept
