// SPDX-License-Identifier: Apache-2.0
//
// Lists of levels, and which weights levels have in common.

#include "compiler/emit/Levels.h"

#include "dialects/Plan/Plan.h"

#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>

namespace transept::emit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> namesOf(const std::string &list, const std::string &target = "") {
  std::vector<std::string> names;
  for (const Level &level : levelsOf(list, target))
    names.push_back(level.name);
  return names;
}

std::string errorOf(const std::string &list, const std::string &target = "") {
  try {
    levelsOf(list, target);
  } catch (const std::runtime_error &error) {
    return error.what();
  }
  return "no error";
}

TEST(LevelsOf, OrdersThemByWhatTheyNeed) {
  std::vector<std::string> expected = {"x86-64-v3", "x86-64-v4", "cascadelake", "sapphirerapids"};
  EXPECT_EQ(namesOf("x86-64-v3,x86-64-v4,cascadelake,sapphirerapids"), expected);
  EXPECT_EQ(namesOf("sapphirerapids,cascadelake,x86-64-v4,x86-64-v3"), expected);
  EXPECT_THAT(namesOf("native"), ElementsAre("native"));
}

TEST(LevelsOf, RefusesNamesThatAreUnknownOrMeanTheSame) {
  EXPECT_THAT(errorOf("x86-64-v3,abacus"), HasSubstr("unknown processor 'abacus'"));
  EXPECT_THAT(errorOf("x86-64-v3,x86-64-v2"), HasSubstr("'x86-64-v2' lacks AVX2"));
  EXPECT_THAT(errorOf("x86-64-v3,"), HasSubstr("unknown processor ''"));
  EXPECT_EQ(errorOf("x86-64-v4,x86-64-v3,x86-64-v4"), "--cpu names 'x86-64-v4' twice");
  EXPECT_EQ(errorOf("haswell,x86-64-v3"), "--cpu names 'haswell' and 'x86-64-v3', which get the "
                                          "same code; name one of them");
}

TEST(LevelsOf, AreThoseOfTheTarget) {
  EXPECT_THAT(namesOf(""), ElementsAre("native"));
  EXPECT_THAT(namesOf("", "aarch64-linux"),
              ElementsAre("armv8-a", "armv8.2-a+dotprod", "armv8.6-a+i8mm+bf16"));
  EXPECT_THAT(namesOf("neoverse-n2,cortex-a72", "aarch64-linux"),
              ElementsAre("cortex-a72", "neoverse-n2"));
}

TEST(LevelsOf, RefusesProcessorsOfOtherTargets) {
  EXPECT_EQ(errorOf("x86-64-v3", "aarch64-linux"),
            "--cpu x86-64-v3 is a processor of x86_64-linux, but --target is aarch64-linux; say "
            "--target x86_64-linux");
  EXPECT_EQ(errorOf("armv8-a", "x86_64-linux"),
            "--cpu armv8-a is a processor of aarch64-linux, but this machine is x86_64-linux; say "
            "--target aarch64-linux");
  EXPECT_THAT(errorOf("native", "aarch64-linux"),
              HasSubstr("--cpu native is this machine, but --target is aarch64-linux; allowed are "
                        "LLVM's names, e.g. armv8-a"));
  EXPECT_EQ(errorOf("", "aarch64"),
            "unknown target 'aarch64'; allowed are x86_64-linux, aarch64-linux, wasm32");
}

class Sharing : public ::testing::Test {
protected:
  Sharing() { context.loadDialect<plan::PlanDialect>(); }

  /// A weight of 2048 numbers: the parameter `name`, in a given layout.
  static std::string weight(const std::string &symbol, const std::string &layout, int64_t offset,
                            const std::string &name) {
    return "plan.weight @" + symbol + " " + layout + " at " + std::to_string(offset) +
           " size 8192 {\n  %0 = transept.parameter \"" + name +
           "\" : tensor<64x32xf32>\n  plan.yield %0 : tensor<64x32xf32>\n}\n";
  }

  mlir::ModuleOp add(const std::string &text) {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(text, &context));
    EXPECT_TRUE(modules.back());
    return *modules.back();
  }

  static std::vector<int64_t> offsets(mlir::ModuleOp module) {
    std::vector<int64_t> result;
    for (auto weight : module.getOps<plan::WeightOp>())
      result.push_back(int64_t(*weight.getOffset()));
    return result;
  }

  mlir::MLIRContext context;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;
};

TEST_F(Sharing, GivesOnePlaceToEqualExpressionsInEqualLayouts) {
  mlir::ModuleOp narrow = add(weight("table", "<rows, 1, f32>", 0, "table") +
                              weight("w", "<panels, 16, f32>", 8192, "w"));
  mlir::ModuleOp wide = add(weight("other_name", "<panels, 32, f32>", 0, "w") +
                            weight("a", "<panels, 32, f32>", 8192, "a") +
                            weight("t", "<rows, 1, f32>", 16384, "table") +
                            weight("b", "<rows, 1, f32>", 24576, "b"));
  mlir::ModuleOp wideToo = add(weight("w", "<panels, 32, f32>", 0, "w"));
  shareWeights({narrow, wide, wideToo});
  EXPECT_THAT(offsets(narrow), ElementsAre(0, 8192));
  EXPECT_THAT(offsets(wide), ElementsAre(16384, 24576, 0, 32768));
  EXPECT_THAT(offsets(wideToo), ElementsAre(16384));

  std::vector<Level> levels = {{"v3", {}, narrow}, {"v4", {}, wide}, {"later", {}, wideToo}};
  auto weights = weightsOf(levels);
  EXPECT_THAT(offsets(*weights), ElementsAre(0, 8192, 16384, 24576, 32768));
  EXPECT_TRUE(weights->lookupSymbol("w.v3"));
  EXPECT_TRUE(weights->lookupSymbol("other_name.v4"));
}

TEST_F(Sharing, LeavesOneModuleAsItIs) {
  mlir::ModuleOp module = add("plan.weight @small <vector, 32, f32> at 0 size 128 {\n"
                              "  %0 = transept.parameter \"small\" : tensor<32xf32>\n  plan.yield "
                              "%0 : tensor<32xf32>\n}\n" +
                              weight("large", "<rows, 1, f32>", 4096, "large"));
  shareWeights(module);
  EXPECT_THAT(offsets(module), ElementsAre(0, 4096));
}

} // namespace
} // namespace transept::emit
