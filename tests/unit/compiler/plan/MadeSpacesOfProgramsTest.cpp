// SPDX-License-Identifier: Apache-2.0
//
// Which spaces the launches of a program make: what kernels, costs and the table of row steps count
// rows by.

#include "dialects/Plan/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::ElementsAre;

namespace transept {
namespace {

class MadeSpacesOfPrograms : public testing::Test {
protected:
  MadeSpacesOfPrograms() { context.loadDialect<plan::PlanDialect>(); }

  MadeSpaces of(const char *launches) {
    std::string text = std::string(R"(
      plan.weight @tokens <rows, 1, f32> size 144 {
        %0 = transept.weight_zero : tensor<2x18xf32>
        plan.yield %0 : tensor<2x18xf32>
      }
      plan.program @encode {)") +
                       launches + "}";
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    return MadeSpaces(module->lookupSymbol<plan::ProgramOp>("encode").getBody().front());
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(MadeSpacesOfPrograms, AreTheCallersFeaturesThenWhatEachStepMakes) {
  MadeSpaces spaces = of(R"(
    %features = plan.buffer : !plan.buffer<source.features x 6, stride 16>
    plan.take_features "features" into %features : !plan.buffer<source.features x 6, stride 16>
    %windows = plan.buffer : !plan.buffer<source.windows x 18, stride 32>
    plan.windows "windows" %features into %windows kernel 3 stride 2 padding 1
      : !plan.buffer<source.features x 6, stride 16>, !plan.buffer<source.windows x 18, stride 32>
    %last = plan.buffer : !plan.buffer<source x 18, stride 32>
    plan.prepend "tokens" %windows into %last leading @tokens count 2
      : !plan.buffer<source.windows x 18, stride 32>, !plan.buffer<source x 18, stride 32>
  )");
  const Space features = Space::source().derived("features"),
              windows = Space::source().derived("windows");
  const RowStep convolution{.kernel = 3, .stride = 2, .padding = 2}, tokens{.leading = 2};
  EXPECT_THAT(spaces.steps(), ElementsAre(convolution, tokens));
  ASSERT_TRUE(spaces.find(features) && spaces.find(windows) && spaces.find(Space::source()));
  EXPECT_EQ(*spaces.find(features), (MadeSpace{features}));
  EXPECT_EQ(*spaces.find(windows), (MadeSpace{windows, features, convolution}));
  EXPECT_EQ(*spaces.find(Space::source()), (MadeSpace{Space::source(), windows, tokens}));
  EXPECT_EQ(spaces.stepsBefore(features), 0u);
  EXPECT_EQ(spaces.stepsBefore(windows), 1u);
}

TEST_F(MadeSpacesOfPrograms, HoldRequestedRowsWithoutAStep) {
  MadeSpaces spaces = of(R"(
    %rows = plan.buffer : !plan.buffer<target x 8, stride 16>
    %requested = plan.buffer : !plan.buffer<target.requested x 8, stride 16>
    plan.take_requested "requested" %rows into %requested
      : !plan.buffer<target x 8, stride 16>, !plan.buffer<target.requested x 8, stride 16>
  )");
  EXPECT_TRUE(spaces.steps().empty());
  ASSERT_TRUE(spaces.find(Space::target().requested()));
  EXPECT_FALSE(spaces.find(Space::target().requested())->from);
  EXPECT_EQ(spaces.find(Space::target()), nullptr);
}

} // namespace
} // namespace transept
