// SPDX-License-Identifier: Apache-2.0
//
// Products whose sums the registers do not hold are errors: there is no code for them, and what
// would be emitted would leave its tile as it was.

#include "tests/unit/compiler/codegen/KernelModule.h"

#include "compiler/codegen/kernels/Attention.h"
#include "compiler/codegen/kernels/FloatProduct.h"
#include "tests/unit/compiler/plan/NarrowTargets.h"

#include <gmock/gmock.h>

namespace transept::codegen {
namespace {

class RegisterBlocks : public KernelModule {
protected:
  /// Asks for a product of up to `rows` rows with `panels` panels of 16 columns.
  void emitBlock(KernelBuilder &kernel, int64_t rows, int64_t panels) {
    Expression null = kernel.null(), count = kernel.integer(1);
    emitFloatProduct(kernel, {.columns = 16, .panels = panels},
                     {.rows = count,
                      .mostRows = rows,
                      .a = null,
                      .w = Expressions(panels, null),
                      .rowStride = count,
                      .depth = count,
                      .tile = {null, 64}});
  }
};

TEST_F(RegisterBlocks, HoldTheLargestBlocksOfEachProcessor) {
  for (auto [cpu, rows, panels] :
       {std::tuple{"x86-64-v3", 6, 1}, {"x86-64-v3", 3, 2}, {"x86-64-v4", 12, 2}}) {
    KernelBuilder kernel = builderFor(cpu);
    emitBlock(kernel, rows, panels);
    EXPECT_FALSE(kernel.hasFailed()) << cpu << ": " << messages;
  }
}

TEST_F(RegisterBlocks, OfMoreRowsThanRegistersHoldAreErrors) {
  KernelBuilder kernel = builderFor("x86-64-v3");
  emitBlock(kernel, 6, 2);
  EXPECT_TRUE(kernel.hasFailed());
  EXPECT_THAT(messages,
              ::testing::HasSubstr("expects registers for the sums of 6 rows by 2 panels of 16 "
                                   "columns, but got a processor with registers for 3 rows"));
}

TEST_F(RegisterBlocks, OfTooManyPanelsAreErrorsForASingleRow) {
  KernelBuilder kernel = builderFor("x86-64-v3");
  emitBlock(kernel, 1, 16);
  EXPECT_TRUE(kernel.hasFailed());
}

/// A block of 16 keys takes four vectors of 128 bits for each row.
TEST_F(RegisterBlocks, OfAttentionMustHoldTheScoresOfATile) {
  AttentionShape shape;
  shape.headCount = 2;
  shape.keyDim = shape.valueDim = 32;
  shape.queryStride = shape.keyStride = shape.valueStride = shape.outputStride = 64;
  Target target = transept::testing::vectorsOf128Bits(16);
  {
    KernelBuilder kernel(*module, target);
    attentionKernel(kernel, shape);
    EXPECT_FALSE(kernel.hasFailed()) << messages;
  }
  target.vectors.sumRegisters = 8;
  KernelBuilder kernel(*module, target);
  attentionKernel(kernel, shape);
  EXPECT_TRUE(kernel.hasFailed());
  EXPECT_THAT(messages, ::testing::HasSubstr("expects registers for the sums of 3 rows by 1 panels "
                                             "of 16 columns, but got a processor with registers "
                                             "for 2 rows"));
}

/// With 8 registers for sums, as a sketch of WebAssembly had, 9 of 50 translations came out wrong.
TEST_F(RegisterBlocks, OfAttentionHoldTheScoresOfWebAssembly) {
  AttentionShape shape;
  shape.headCount = 2;
  shape.keyDim = shape.valueDim = 32;
  shape.queryStride = shape.keyStride = shape.valueStride = shape.outputStride = 64;
  std::string error;
  for (const char *level : {"simd128", "relaxed-simd"}) {
    Target target = *targets::targetFor(level, error);
    KernelBuilder kernel(*module, target);
    attentionKernel(kernel, shape);
    EXPECT_FALSE(kernel.hasFailed()) << messages;
  }
  Target narrow = *targets::targetFor("simd128", error);
  narrow.vectors.sumRegisters = 8;
  KernelBuilder kernel(*module, narrow);
  attentionKernel(kernel, shape);
  EXPECT_TRUE(kernel.hasFailed());
  EXPECT_THAT(messages, ::testing::HasSubstr("but got a processor with registers for 2 rows"));
}

/// The same for words of bf16, whose product has no rows beyond those that fit.
TEST_F(RegisterBlocks, OfAttentionInBf16MustHoldTheScoresOfATile) {
  AttentionShape shape;
  shape.headCount = 2;
  shape.keyDim = shape.valueDim = 32;
  shape.queryStride = shape.keyStride = shape.valueStride = shape.outputStride = 64;
  shape.multipliesBFloats = true;
  Target target = transept::testing::vectorsOf128Bits(32);
  std::string error;
  target.architecture = targets::targetFor("armv8.6-a", error)->architecture;
  target.hasBFloatVectors = true;
  {
    KernelBuilder kernel(*module, target);
    attentionKernel(kernel, shape);
    EXPECT_FALSE(kernel.hasFailed()) << messages;
  }
  target.vectors.sumRegisters = 16;
  KernelBuilder kernel(*module, target);
  attentionKernel(kernel, shape);
  EXPECT_TRUE(kernel.hasFailed());
  EXPECT_THAT(messages,
              ::testing::HasSubstr("expects registers for the sums of 6 rows by 4 vectors "
                                   "of keys, but got a processor with registers for 4 "
                                   "rows"));
}

} // namespace
} // namespace transept::codegen
