// SPDX-License-Identifier: Apache-2.0

#include "compiler/transforms/Functions.h"

#include "dialects/Transept/Transept.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;

class EntryNames : public ::testing::Test {
protected:
  EntryNames() { context.loadDialect<TranseptDialect, func::FuncDialect>(); }

  /// The module's name and those of its functions after naming the entry, or the error.
  std::string named(StringRef text) {
    std::string result;
    ScopedDiagnosticHandler handler(&context,
                                    [&](Diagnostic &diagnostic) { result = diagnostic.str(); });
    module = parseSourceString<ModuleOp>(text, &context);
    if (failed(nameEntry(*module)))
      return result;
    result = module->getSymName().value_or("-").str() + ":";
    for (auto function : module->getOps<func::FuncOp>())
      result += " " + function.getSymName().str();
    return result;
  }

  bool isWhole(StringRef arguments) {
    module = parseSourceString<ModuleOp>(("func.func @decode(" + arguments + ") { return }").str(),
                                         &context);
    return takesWholeTargets(*module->getOps<func::FuncOp>().begin());
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

TEST_F(EntryNames, AreGivenToTheOnlyPublicFunction) {
  EXPECT_EQ(named("func.func @block() { return }"), "block: forward");
  EXPECT_EQ(named("func.func private @helper() { return } func.func @block() { return }"),
            "block: helper forward");
}

TEST_F(EntryNames, LeaveTheModuleTheNameThatItHas) {
  EXPECT_EQ(named("module @model { func.func @block() { return } }"), "model: forward");
}

TEST_F(EntryNames, StayWhereAStageHasThem) {
  EXPECT_EQ(named("func.func @forward() { return }"), "-: forward");
  EXPECT_EQ(named("func.func @encode() { return } func.func @decode() { return }"),
            "-: encode decode");
}

TEST_F(EntryNames, AreAnErrorWhereTheEntryIsNotClear) {
  EXPECT_EQ(named("func.func @a() { return } func.func @b() { return }"),
            "expects one public function, the model, but got 2");
  EXPECT_EQ(named("module {}"), "expects one public function, the model, but got 0");
}

TEST_F(EntryNames, TellWholeTargetsByTheirFeatures) {
  EXPECT_TRUE(isWhole("%x: !transept.rows<target x 4 x f32>"));
  EXPECT_TRUE(isWhole("%c: !transept.encoder_cache<source x 4 x f32>, "
                      "%x: !transept.rows<target x 4 x f32>"));
  EXPECT_FALSE(isWhole("%x: !transept.rows<target x 1 x i32>"));
  EXPECT_FALSE(isWhole("%x: !transept.rows<source x 4 x f32>"));
  EXPECT_FALSE(isWhole("%x: !transept.encoder_cache<source x 4 x f32>"));
  EXPECT_FALSE(isWhole(""));
}

} // namespace
} // namespace transept
