// SPDX-License-Identifier: Apache-2.0
//
// A graph becomes a plan for any target: layouts, strides and blocks are those that its facts say.

#include "compiler/plan/lowering/GraphLowering.h"

#include "tests/unit/compiler/plan/NarrowTargets.h"

#include "dialects/Transept/Transept.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept::codegen {
namespace {

using namespace mlir;
using plan::NumberType;
using targets::Target;

constexpr const char *kStaged = R"(
func.func @encode(%ids: !transept.rows<source x 1 x i32>)
    -> !transept.rows<source x 20 x f32> {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %weight = transept.parameter "weight" : tensor<20x20xf32>
  %x = transept.embedding %ids, %table
     : (!transept.rows<source x 1 x i32>, tensor<33x20xf32>) -> !transept.rows<source x 20 x f32>
  %y = transept.linear %x, %weight
     : (!transept.rows<source x 20 x f32>, tensor<20x20xf32>) -> !transept.rows<source x 20 x f32>
  return %y : !transept.rows<source x 20 x f32>
}
func.func @decode(%ids: !transept.rows<target x 1 x i32>)
    -> !transept.rows<target x 20 x f32> {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %x = transept.embedding %ids, %table
     : (!transept.rows<target x 1 x i32>, tensor<33x20xf32>) -> !transept.rows<target x 20 x f32>
  return %x : !transept.rows<target x 20 x f32>
})";

class Lowered : public ::testing::Test {
protected:
  Lowered() { context.loadDialect<TranseptDialect, plan::PlanDialect, func::FuncDialect>(); }

  plan::LinearOp linearFor(const Target &target, NumberType numbers) {
    module = parseSourceString<ModuleOp>(kStaged, &context);
    EXPECT_TRUE(module);
    EXPECT_TRUE(succeeded(GraphLowering(*module, target, numbers, NumberType::F32).run()));
    plan::LinearOp result;
    module->walk([&](plan::LinearOp op) { result = op; });
    return result;
  }
  plan::LayoutAttr layoutOf(plan::LinearOp op) {
    return module->lookupSymbol<plan::WeightOp>(op.getWeight()).getLayout();
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(Lowered, PacksWeightsInPanelsOfTheTarget) {
  Target target = testing::vectorsOf128Bits(32);
  plan::LinearOp op = linearFor(target, NumberType::Int8);
  EXPECT_EQ(layoutOf(op).getPanelWidth(), 16);
  EXPECT_EQ(op.getOutput().getType().getStride(), 32);
  target.vectors.panelWidth = 8;
  op = linearFor(target, NumberType::Int8);
  EXPECT_EQ(layoutOf(op).getPanelWidth(), 8);
  EXPECT_EQ(op.getOutput().getType().getStride(), 24);
}

TEST_F(Lowered, BlocksLayersByTheRowsOfTheTarget) {
  for (int64_t registers : {16, 32}) {
    Target target = testing::vectorsOf128Bits(registers);
    plan::LinearOp op = linearFor(target, NumberType::F32);
    EXPECT_EQ(op.getStrategy().getRowBlock() % target.tileRows(), 0) << registers;
    EXPECT_EQ(op.getStrategy().getRowsToSplit(), 8 * target.tileRows()) << registers;
  }
}

} // namespace
} // namespace transept::codegen
