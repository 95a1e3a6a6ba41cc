// SPDX-License-Identifier: Apache-2.0

#include "compiler/transforms/BindingTimeAnalysis.h"

#include "dialects/Transept/Transept.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;

class BindingTimeAnalysisTest : public ::testing::Test {
protected:
  BindingTimeAnalysisTest() {
    context.loadDialect<TranseptDialect, func::FuncDialect>();
    context.allowUnregisteredDialects();
  }

  /// The binding time of each op with an attribute `name`, by that name.
  std::map<std::string, BindingTime> timesOf(StringRef body, StringRef arguments) {
    std::string text = ("func.func @f(" + arguments + ") {\n" + body + "\nreturn\n}").str();
    module = parseSourceString<ModuleOp>(text, &context);
    std::map<std::string, BindingTime> times;
    if (!module)
      return times;
    auto function = *module->getOps<func::FuncOp>().begin();
    BindingTimeAnalysis analysis(function);
    function.walk([&](Operation *op) {
      if (auto name = op->getAttrOfType<StringAttr>("name"))
        times[name.str()] = op->getNumResults() ? analysis.of(op->getResult(0)) : analysis.of(op);
    });
    return times;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

constexpr llvm::StringLiteral bothSides =
    "%source: !transept.rows<source x 4 x f32>, %target: !transept.rows<target x 4 x f32>";

TEST_F(BindingTimeAnalysisTest, FollowsDataflowWithoutKnowingOps) {
  auto times = timesOf(R"(
    %w = "test.weight"() {name = "weight"} : () -> tensor<4x4xf32>
    %v = "test.weight"(%w) {name = "folded"} : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %s = "test.any"(%source, %v) {name = "onSource"} : (!transept.rows<source x 4 x f32>, tensor<4x4xf32>) -> i1
    %t = "test.any"(%target) {name = "onTarget"} : (!transept.rows<target x 4 x f32>) -> i1
    %b = "test.any"(%s, %t) {name = "onBoth"} : (i1, i1) -> i1
    "test.sink"(%s) {name = "sink"} : (i1) -> ()
  )",
                       bothSides);
  EXPECT_EQ(times["weight"], BindingTime::CompileTime);
  EXPECT_EQ(times["folded"], BindingTime::CompileTime);
  EXPECT_EQ(times["onSource"], BindingTime::Source);
  EXPECT_EQ(times["onTarget"], BindingTime::Target);
  EXPECT_EQ(times["onBoth"], BindingTime::Target);
  EXPECT_EQ(times["sink"], BindingTime::Source);
}

TEST_F(BindingTimeAnalysisTest, TakesSymbolicMasksAsKnownAtCompileTime) {
  auto times = timesOf(R"(
    %m = transept.causal_mask {name = "mask"} : !transept.mask<target x target>
  )",
                       bothSides);
  EXPECT_EQ(times["mask"], BindingTime::CompileTime);
}

TEST_F(BindingTimeAnalysisTest, TakesRowsAsNoEarlierThanTheirSpace) {
  // No operands, but as many rows as the sequences have.
  auto times = timesOf(R"(
    %a = "test.rows"() {name = "source"} : () -> !transept.rows<source x 4 x f32>
    %b = "test.rows"() {name = "target"} : () -> !transept.rows<target x 4 x f32>
    %c = "test.rows"() {name = "history"} : () -> !transept.rows<target.history x 4 x f32>
    %d = "test.rows"() {name = "features"} : () -> !transept.rows<source.features x 4 x f32>
  )",
                       "");
  EXPECT_EQ(times["source"], BindingTime::Source);
  EXPECT_EQ(times["target"], BindingTime::Target);
  EXPECT_EQ(times["history"], BindingTime::Target);
  EXPECT_EQ(times["features"], BindingTime::Source);
}

TEST_F(BindingTimeAnalysisTest, TakesCachesByTheSideThatFillsThem) {
  auto times = timesOf(R"(
    %a = "test.read"(%encoder) {name = "encoder"} : (!transept.encoder_cache<source x 4 x f32>) -> f32
    %b = "test.read"(%self) {name = "self"} : (!transept.self_cache<target x 4 x f32>) -> f32
  )",
                       "%encoder: !transept.encoder_cache<source x 4 x f32>, %self: "
                       "!transept.self_cache<target x 4 x f32>");
  EXPECT_EQ(times["encoder"], BindingTime::Source);
  EXPECT_EQ(times["self"], BindingTime::Target);
}

TEST_F(BindingTimeAnalysisTest, CountsWhatNestedOpsCapture) {
  auto times = timesOf(R"(
    %r = "test.region"() ({
      %x = "test.any"(%source) {name = "inside"} : (!transept.rows<source x 4 x f32>) -> f32
      "test.yield"(%x) : (f32) -> ()
    }) {name = "region"} : () -> f32
    %u = "test.any"(%r) {name = "user"} : (f32) -> f32
  )",
                       bothSides);
  EXPECT_EQ(times["inside"], BindingTime::Source);
  EXPECT_EQ(times["region"], BindingTime::Source);
  EXPECT_EQ(times["user"], BindingTime::Source);
}

} // namespace
} // namespace transept
