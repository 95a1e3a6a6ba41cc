// SPDX-License-Identifier: Apache-2.0

#include "compiler/transforms/Weights.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using namespace mlir;

class WeightReadersTest : public ::testing::Test {
protected:
  WeightReadersTest() { context.loadDialect<TranseptDialect, func::FuncDialect>(); }

  /// Does something else read what the first linear of `body` has as its weight?
  bool isShared(StringRef body) {
    std::string text =
        ("func.func @f(%x: !transept.rows<source x 4 x f32>) {\n" + body + "\nreturn\n}").str();
    module = parseSourceString<ModuleOp>(text, &context);
    LinearOp first;
    module->walk([&](LinearOp linear) { first = first ? first : linear; });
    return WeightReaders(*module).findOther(first.getWeight(), first);
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

#define LINEAR(weight)                                                                             \
  "transept.linear %x, " weight                                                                    \
  " : (!transept.rows<source x 4 x f32>, tensor<4x4xf32>) -> !transept.rows<source x 4 x f32>\n"

TEST_F(WeightReadersTest, SeesOneReader) {
  EXPECT_FALSE(isShared("%w = transept.parameter \"w\" : tensor<4x4xf32>\n %a = " LINEAR("%w")));
}

TEST_F(WeightReadersTest, SeesTwoReadersOfOneValue) {
  EXPECT_TRUE(isShared(
      "%w = transept.parameter \"w\" : tensor<4x4xf32>\n %a = " LINEAR("%w") "%b = " LINEAR("%w")));
}

TEST_F(WeightReadersTest, SeesTheSameTensorUnderAnotherValue) {
  EXPECT_TRUE(isShared(
      "%w = transept.parameter \"w\" : tensor<4x4xf32>\n"
      "%v = transept.parameter \"w\" : tensor<4x4xf32>\n %a = " LINEAR("%w") "%b = " LINEAR("%v")));
}

TEST_F(WeightReadersTest, SeesThroughWeightOps) {
  EXPECT_TRUE(isShared("%w = transept.parameter \"w\" : tensor<4x4xf32>\n"
                       "%v = transept.weight_scale %w by 2.0 : tensor<4x4xf32>\n %a = " LINEAR(
                           "%v") "%b = " LINEAR("%w")));
}

TEST_F(WeightReadersTest, TellsRowsOfOneTensorApart) {
  EXPECT_FALSE(
      isShared("%w = transept.parameter \"w\" : tensor<4x4xf32>\n"
               "%v = transept.parameter \"w\" row_begin 4 : tensor<4x4xf32>\n %a = " LINEAR(
                   "%w") "%b = " LINEAR("%v")));
  EXPECT_TRUE(isShared("%w = transept.parameter \"w\" : tensor<4x4xf32>\n"
                       "%v = transept.parameter \"w\" row_begin 3 : tensor<4x4xf32>\n %a = " LINEAR(
                           "%w") "%b = " LINEAR("%v")));
}

} // namespace
} // namespace transept
