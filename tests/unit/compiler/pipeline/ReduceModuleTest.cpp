// SPDX-License-Identifier: Apache-2.0
//
// Faults of known passes at known ops must be found: pass, op, element, and a small module that
// shows the same when its command is replayed.

#include "FaultyPasses.h"

#include "compiler/frontend/builder/ModelBuilder.h"
#include "compiler/pipeline/PassVerification.h"
#include "compiler/pipeline/ReduceModule.h"
#include "compiler/pipeline/Stages.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

namespace transept {

// GoogleTest prints parameters.
static void PrintTo(const Fault &fault, std::ostream *stream) {
  *stream << fault.argument;
}

namespace {

using namespace mlir;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// An error and its notes.
using Messages = std::vector<std::string>;

class ReduceModule : public ::testing::TestWithParam<Fault> {
protected:
  ReduceModule() {
    registerFaultyPasses();
    context.loadDialect<TranseptDialect, func::FuncDialect>();
  }
  ~ReduceModule() override { std::filesystem::remove(reproducer); }

  /// Runs all stages up to `fused`, with the faulty pass in place of the right one.
  Messages compileWithFault() {
    OwningOpRef<ModuleOp> module = frontend::buildModel(GetParam().model(), context);
    OpPassManager right(ModuleOp::getOperationName());
    addStages(right, Stage::Graph, Stage::Fused, {});
    PassManager manager(&context);
    for (Pass &pass : right.getPasses()) {
      bool isFaulty = pass.getArgument() == GetParam().pass;
      manager.addPass(isFaulty ? std::make_unique<FaultyPass>(GetParam()) : copyOf(pass));
    }
    return messagesOf(
        [&] { EXPECT_TRUE(failed(runVerified(manager, *module, {.reproducer = reproducer}))); });
  }

  /// Does what the comment at the top of the reproducer says, here instead of in transept-opt.
  Messages replay() {
    std::ifstream file(reproducer);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::smatch command;
    EXPECT_TRUE(std::regex_search(text, command, std::regex("--pass-pipeline=\"([^\"]*)\"")));
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    auto pipeline = parsePassPipeline(command[1].str());
    if (!module || failed(pipeline)) {
      ADD_FAILURE() << text;
      return {};
    }
    PassManager manager(&context);
    static_cast<OpPassManager &>(manager) = std::move(*pipeline);
    return messagesOf([&] { EXPECT_TRUE(failed(manager.run(*module))); });
  }

  Messages messagesOf(llvm::function_ref<void()> run) {
    Messages messages;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      messages.push_back(diagnostic.str());
      for (Diagnostic &note : diagnostic.getNotes())
        messages.push_back(note.str());
      return success();
    });
    run();
    return messages;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::string reproducer = (std::filesystem::temp_directory_path() /
                            ("transept-" + std::to_string(getpid()) + ".reproducer.mlir"))
                               .string();
};

TEST_P(ReduceModule, NamesPassAndOpAndElementWithAModuleThatReplays) {
  Messages found = compileWithFault();
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_THAT(found[0], StartsWith("pass '" + GetParam().argument + "' changed the "));
  EXPECT_THAT(found[1], StartsWith("the first op that leaves tolerance is '" + GetParam().culprit +
                                   "' (" + GetParam().kind + "), by "));
  EXPECT_TRUE(std::regex_search(
      found[1], std::regex("in sequence [0-9]+, row [0-9]+, column [0-9]+: expected [-+.e0-9]+, "
                           "found [-+.e0-9]+")))
      << found[1];
  int opCount = 0, wholeOpCount = 0;
  EXPECT_EQ(sscanf(found[2].c_str(), "%d of %d ops", &opCount, &wholeOpCount), 2) << found[2];
  EXPECT_LE(opCount, int(GetParam().opCount));
  EXPECT_GT(wholeOpCount, 20);

  Messages replayed = replay();
  ASSERT_THAT(replayed, SizeIs(2));
  EXPECT_THAT(replayed[0], StartsWith("pass '" + GetParam().argument + "' changed the "));
  EXPECT_EQ(replayed[1], found[1]);
}

/// A pass that does `change` to the module.
struct ChangingPass : PassWrapper<ChangingPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ChangingPass)

  explicit ChangingPass(std::function<LogicalResult(ModuleOp)> change)
      : change(std::move(change)) {}
  StringRef getArgument() const override { return "changing"; }
  void runOnOperation() override {
    if (failed(change(getOperation())))
      signalPassFailure();
  }
  std::function<LogicalResult(ModuleOp)> change;
};

constexpr llvm::StringLiteral block = R"(
  !frames = !transept.rows<source.features x 3 x f32>
  !windows = !transept.rows<source x 9 x f32>
  !source = !transept.rows<source x 4 x f32>
  !target = !transept.rows<target x 4 x f32>
  !weights = !transept.attention_weights<target x source x 2>
  func.func @forward(%frames: !frames, %x: !target) -> (!target, !weights) {
    %w = transept.parameter "stem" : tensor<4x9xf32>
    %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
    %states = transept.linear %windows, %w : (!windows, tensor<4x9xf32>) -> !source loc("states")
    %unused = transept.scale %states by 2.0 : !source loc("unused")
    %y = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target loc("self")
    %z, %weights = transept.cross_attention %y, %states, %states heads 2
        : (!target, !source, !source) -> (!target, !weights) loc("cross")
    %double = transept.scale %z by 2.0 : !target loc("double")
    return %double, %weights : !target, !weights
  })";

class ReduceFault : public ::testing::Test {
protected:
  ReduceFault() {
    context.loadDialect<TranseptDialect, func::FuncDialect>();
    module = parseSourceString<ModuleOp>(block, &context);
  }

  std::optional<ReducedFault> reduce(std::function<LogicalResult(ModuleOp)> change) {
    return reduceFault(*module, ChangingPass(std::move(change)), {});
  }
  static StringRef nameOfCulprit(const ReducedFault &reduced) {
    return cast<NameLoc>(reduced.culprit->getLoc()).getName();
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

TEST_F(ReduceFault, FindsNothingWhereNothingIsWrong) {
  EXPECT_FALSE(reduce([](ModuleOp) { return success(); }));
}

TEST_F(ReduceFault, CutsWholeTargetsToArguments) {
  auto reduced = reduce([](ModuleOp module) {
    module.walk(
        [](CrossAttentionOp op) { op.setScaleAttr(Builder(op.getContext()).getF64FloatAttr(3)); });
    return success();
  });
  ASSERT_TRUE(reduced && reduced->culprit);
  EXPECT_EQ(nameOfCulprit(*reduced), "cross");
  EXPECT_EQ(reduced->opCount, 1u);
  EXPECT_EQ(reduced->wholeOpCount, 6u);
  auto forward = reduced->module->lookupSymbol<func::FuncOp>("forward");
  EXPECT_EQ(forward.getNumArguments(), 2u); // keys and values are one value
}

TEST_F(ReduceFault, NamesHeadAndQueryAndKeyOfWeights) {
  auto reduced = reduce([](ModuleOp module) {
    // Wrong weights alone: the rows come from the right attention still.
    module.walk([](CrossAttentionOp op) {
      if (!op.getWeights() || op.getWeights().use_empty() || op.getScale().convertToDouble() != 1)
        return;
      OpBuilder builder(op);
      auto wrong = cast<CrossAttentionOp>(builder.clone(*op));
      wrong.setScaleAttr(builder.getF64FloatAttr(3));
      op.getWeights().replaceAllUsesWith(wrong.getWeights());
    });
    return success();
  });
  ASSERT_TRUE(reduced && reduced->culprit && reduced->fault.difference);
  EXPECT_EQ(nameOfCulprit(*reduced), "cross");
  EXPECT_EQ(reduced->opCount, 1u);
  EXPECT_THAT(reduced->fault.difference->worst->describe(),
              MatchesRegex("sequence [0-9], head [0-9], query [0-9], key [0-9]: expected .*"));
}

TEST_F(ReduceFault, KeepsWhatMakesAPassFail) {
  auto reduced = reduce([](ModuleOp module) {
    auto result = module.walk([](ScaleOp scale) {
      if (scale.getInput().getDefiningOp<CrossAttentionOp>())
        return WalkResult(scale.emitError("cannot scale attention"));
      return WalkResult::advance();
    });
    return success(!result.wasInterrupted());
  });
  ASSERT_TRUE(reduced && reduced->culprit);
  EXPECT_EQ(reduced->fault.error, "cannot scale attention");
  EXPECT_EQ(nameOfCulprit(*reduced), "double");
  EXPECT_EQ(reduced->opCount, 2u);
}

TEST_F(ReduceFault, GivesTheWholeModelWhereNoPartShowsTheFault) {
  auto reduced = reduce([](ModuleOp module) {
    // An op that computes nothing is in no part.
    bool isWhole = module
                       .walk([](ScaleOp scale) {
                         return scale.use_empty() ? WalkResult::interrupt() : WalkResult::advance();
                       })
                       .wasInterrupted();
    module.walk([&](CrossAttentionOp op) {
      if (isWhole)
        op.setScaleAttr(Builder(op.getContext()).getF64FloatAttr(3));
    });
    return success();
  });
  ASSERT_TRUE(reduced);
  EXPECT_FALSE(reduced->culprit);
  EXPECT_EQ(reduced->opCount, 6u);
  EXPECT_GT(reduced->fault.difference->relative, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Faults, ReduceModule, ::testing::ValuesIn(faults()),
                         [](const auto &info) { return info.param.argument; });

} // namespace
} // namespace transept
