// SPDX-License-Identifier: Apache-2.0
//
// Textual IR keeps the names that its author gave: what kernels and profiles are called by.

#include "compiler/session/ReadIR.h"

#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"

#include "mlir/IR/Diagnostics.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace transept::session {
namespace {

using namespace mlir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReadIR : public ::testing::Test {
protected:
  ReadIR() : errors(&context, [this](Diagnostic &diagnostic) { message += diagnostic.str(); }) {
    context.loadDialect<TranseptDialect, func::FuncDialect>();
  }
  ~ReadIR() override { std::remove(path.c_str()); }

  void read(const std::string &text) {
    std::ofstream(path) << text;
    module = session::readIR(path, context);
  }

  /// The names of the arguments of the first function, then those of its ops, "-" without one.
  std::vector<std::string> names() {
    std::vector<std::string> found;
    auto add = [&](Location location) {
      StringRef name = nameOf(location);
      found.push_back(name.empty() ? "-" : name.str());
    };
    if (!module)
      return {message};
    auto function = *module->getOps<func::FuncOp>().begin();
    for (BlockArgument argument : function.getArguments())
      add(argument.getLoc());
    for (Operation &op : function.front())
      add(op.getLoc());
    return found;
  }

  std::string path = ::testing::TempDir() + "transept-readir-" + std::to_string(getpid()) + ".mlir";
  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::string message;
  ScopedDiagnosticHandler errors;
  OwningOpRef<ModuleOp> module;
};

TEST_F(ReadIR, NamesOpsAndArgumentsAfterTheirValues) {
  read(R"(
    !rows = !transept.rows<target x 4 x f32>
    func.func @block(%states: !rows, %1: !rows) -> !rows {
      %query = transept.scale %states by 2.0 : !rows
      %0 = transept.add %query, %1 : !rows
      %encoder.sum$2 = transept.add %0, %query : !rows
      return %encoder.sum$2 : !rows
    })");
  EXPECT_THAT(names(), ElementsAre("states", "-", "query", "-", "encoder.sum$2", "-"));
}

TEST_F(ReadIR, NamesAnOpOfTwoResultsAfterTheFirst) {
  read(R"(
    !target = !transept.rows<target x 4 x f32>
    !source = !transept.rows<source x 4 x f32>
    func.func @block(%x: !target, %y: !source) {
      %mixed, %weights = transept.cross_attention %x, %y, %y heads 2
          : (!target, !source, !source) -> (!target, !transept.attention_weights<target x source x 2>)
      return
    })");
  EXPECT_THAT(names(), ElementsAre("x", "y", "mixed", "-"));
}

TEST_F(ReadIR, KeepsNamesThatLocationsGive) {
  read(R"(
    !rows = !transept.rows<target x 4 x f32>
    func.func @block(%x: !rows loc("given.argument")) {
      %y = transept.scale %x by 2.0 : !rows loc("given.op")
      %z = transept.scale %x by 3.0 : !rows loc(callsite("inner" at "outer.mlir":1:1))
      return
    })");
  EXPECT_THAT(names(), ElementsAre("given.argument", "given.op", "inner", "-"));
}

TEST_F(ReadIR, GivesOneModuleWithOrWithoutItBeingWritten) {
  read("module @model { func.func @a() { return } }");
  ASSERT_TRUE(module) << message;
  EXPECT_EQ(module->getSymName(), "model");
  read("func.func @a() { return } func.func @b() { return }");
  ASSERT_TRUE(module) << message;
  EXPECT_TRUE(module->lookupSymbol("b"));
}

TEST_F(ReadIR, SaysWhereTheTextIsWrong) {
  read("func.func @a() {\n  %x = transept.nothing : i32\n  return\n}");
  EXPECT_FALSE(module);
  EXPECT_THAT(message, HasSubstr("transept.nothing"));
}

std::string repeated(const std::string &text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all += text;
  return all;
}

TEST_F(ReadIR, RefusesBracketsThatAreNestedTooDeeply) {
  read(repeated("module {\n", 100) + repeated("}", 100));
  EXPECT_TRUE(module) << message;
  for (const auto &[open, close] :
       {std::pair("module {\n", "}\n"), std::pair("([", "])"), std::pair("tuple<", ">")}) {
    message.clear();
    read(repeated(open, 100'000) + repeated(close, 100'000));
    EXPECT_FALSE(module);
    EXPECT_THAT(message, HasSubstr("nested at most 256 deep")) << open;
  }
}

TEST_F(ReadIR, RefusesAffineExpressionsWhichNestWithoutBrackets) {
  read("func.func private @f() attributes {transept.m = affine_map<(d0) -> (" +
       repeated("-", 200'000) + "d0)>}");
  EXPECT_FALSE(module);
  EXPECT_THAT(message, HasSubstr("no affine expressions"));
}

TEST_F(ReadIR, CountsNoBracketsInStringsCommentsAndArrows) {
  read("// " + repeated("{", 300) + "\nmodule { func.func private @f() -> i32 loc(\"\\\"" +
       repeated("(", 300) + "\") }");
  EXPECT_TRUE(module) << message;
}

TEST_F(ReadIR, RefusesWeightsThatTakeTooManySteps) {
  auto sums = [](int count) {
    std::string text = "func.func @f() {\n%w0 = transept.weight_zero : tensor<4xf32>\n";
    for (int i = 0; i < count; ++i)
      text += "%w" + std::to_string(i + 1) + " = transept.weight_add %w" + std::to_string(i) +
              ", %w" + std::to_string(i) + " : tensor<4xf32>\n";
    return text + "return\n}";
  };
  read(sums(10));
  EXPECT_TRUE(module) << message;
  read(sums(40)); // 2^40 additions
  EXPECT_FALSE(module);
  EXPECT_THAT(message, HasSubstr("at most 65536 steps"));
}

TEST_F(ReadIR, SaysWhichFileCannotBeRead) {
  module = session::readIR(path + ".missing", context);
  EXPECT_FALSE(module);
  EXPECT_THAT(message, HasSubstr(".missing"));
}

} // namespace
} // namespace transept::session
