// SPDX-License-Identifier: Apache-2.0
//
// When two launches share a kernel: if the whole shape is the same, and never because a name is.

#include "tests/unit/compiler/codegen/KernelModule.h"

#include "compiler/codegen/kernels/Attention.h"
#include "compiler/codegen/kernels/Linear.h"
#include "compiler/codegen/kernels/Rows.h"

#include <cmath>

namespace transept::codegen {
namespace {

using namespace mlir;

class KernelIdentity : public KernelModule {
protected:
  KernelBuilder kernel = builderFor("x86-64-v3");

  /// All f32 constants of a function and of those that it calls.
  std::set<float> constantsOf(func::FuncOp function) {
    std::set<float> numbers;
    function.walk([&](Operation *op) {
      if (auto constant = dyn_cast<arith::ConstantOp>(op))
        if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
          numbers.insert(number.getValue().convertToFloat());
      if (auto call = dyn_cast<func::CallOp>(op))
        numbers.merge(constantsOf(module->lookupSymbol<func::FuncOp>(call.getCallee())));
    });
    return numbers;
  }

  std::set<int64_t> integersOf(func::FuncOp function) {
    std::set<int64_t> numbers;
    function.walk([&](arith::ConstantOp constant) {
      if (auto number = dyn_cast<IntegerAttr>(constant.getValue()))
        numbers.insert(number.getInt());
    });
    return numbers;
  }
};

LinearShape linearShape(const LinearStrategy &strategy) {
  LinearShape shape;
  shape.depth = shape.inputStride = 64;
  shape.outputs = shape.outputStride = 96;
  shape.strategy = strategy;
  return shape;
}

NormalizeShape normalizeShape(double epsilon) {
  return {.norm = {.epsilon = epsilon, .width = 32}, .inputStride = 32, .outputStride = 32};
}

TEST_F(KernelIdentity, OneShapeIsOneKernel) {
  LinearShape shape = linearShape({.rowBlock = 48, .streamPanels = 4, .rowsToSplit = 48});
  EXPECT_EQ(linearKernel(kernel, shape).function, linearKernel(kernel, shape).function);
}

TEST_F(KernelIdentity, TwoStrategiesOfOneShapeAreTwoKernels) {
  auto first =
      linearKernel(kernel, linearShape({.rowBlock = 48, .streamPanels = 4, .rowsToSplit = 777}));
  auto second =
      linearKernel(kernel, linearShape({.rowBlock = 48, .streamPanels = 4, .rowsToSplit = 999}));
  EXPECT_NE(first.function.getName(), second.function.getName());
  EXPECT_TRUE(integersOf(first.function).contains(777));
  EXPECT_TRUE(integersOf(second.function).contains(999));
  EXPECT_FALSE(integersOf(second.function).contains(777));
}

TEST_F(KernelIdentity, EpsilonsThatDifferInTheNinthDigitAreTwoKernels) {
  // On both sides of what f32 rounds up from, so that the numbers in the code differ as well.
  float below = 1e-5f;
  double middle = (double(below) + double(std::nextafter(below, 1.0f))) / 2;
  double least = middle * (1 - 1e-9), most = middle * (1 + 1e-9);
  auto first = normalizeKernel(kernel, normalizeShape(least));
  auto second = normalizeKernel(kernel, normalizeShape(most));
  EXPECT_NE(first.function, second.function);
  EXPECT_TRUE(constantsOf(first.function).contains(float(least)));
  EXPECT_TRUE(constantsOf(second.function).contains(float(most)));
  EXPECT_FALSE(constantsOf(second.function).contains(float(least)));
}

TEST_F(KernelIdentity, ScalesThatDifferInTheNinthDigitAreTwoKernels) {
  AttentionShape shape;
  shape.headCount = 2;
  shape.keyDim = shape.valueDim = 32;
  shape.queryStride = shape.keyStride = shape.valueStride = shape.outputStride = 64;
  shape.scale = 0.123456781;
  auto first = attentionKernel(kernel, shape);
  shape.scale = 0.123456782;
  EXPECT_NE(first.function, attentionKernel(kernel, shape).function);
}

TEST_F(KernelIdentity, NamesOfOtherKernelsAreLeftAlone) {
  Type pointer = kernel.pointerType();
  func::FuncOp other = kernel.define("copy_rows_8_from8_to8", {pointer}, [](auto) {});
  auto copy = copyRowsKernel(kernel, {.width = 8, .inputStride = 8, .outputStride = 8});
  EXPECT_NE(other, copy.function);
  EXPECT_EQ(copy.function.getName(), "copy_rows_8_from8_to8.1");
}

/// A gated layer reads on behind the panel in between; another one of the same size does not.
TEST_F(KernelIdentity, GatedLayersHaveProductsOfTheirOwn) {
  LinearShape shape = linearShape({.rowBlock = 48, .streamPanels = 4, .rowsToSplit = 48});
  linearKernel(kernel, shape);
  shape.isGated = true;
  linearKernel(kernel, shape);
  for (const char *name :
       {"tile_product_1x2x16_ahead_stride32", "tile_product_1x2x16_ahead_stride32.1"})
    EXPECT_TRUE(module->lookupSymbol(name)) << name;
}

} // namespace
} // namespace transept::codegen
