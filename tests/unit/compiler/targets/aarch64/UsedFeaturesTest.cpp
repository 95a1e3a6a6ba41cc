// SPDX-License-Identifier: Apache-2.0
//
// A library for AArch64 asks at open for what its code uses and for nothing else.

#include "compiler/targets/UsedFeatures.h"

#include "transept/abi.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/SourceMgr.h"

#include <gmock/gmock.h>

namespace transept::targets {
namespace {

Target used(const std::string &processor, const std::string &text) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto code = llvm::parseAssemblyString(text, diagnostic, context);
  EXPECT_TRUE(code) << diagnostic.getMessage().str();
  std::string error;
  return withoutUnusedFeatures(*targetFor(processor, error), *code);
}

/// A function that calls an intrinsic with a sum and two vectors of 128 bits.
std::string callOf(const std::string &name, const std::string &sum, const std::string &vector) {
  std::string types = sum + ", " + vector + ", " + vector;
  return "declare " + sum + " @llvm.aarch64.neon." + name + "(" + types + ")\ndefine " + sum +
         " @f(" + sum + " %s, " + vector + " %a, " + vector + " %b) {\n  %r = call " + sum +
         " @llvm.aarch64.neon." + name + "(" + sum + " %s, " + vector + " %a, " + vector +
         " %b)\n  ret " + sum + " %r\n}\n";
}

TEST(UsedFeaturesOfAArch64, LeaveNothingButVectorsToCodeInFloats) {
  Target target = used("armv8.6-a+i8mm+bf16", "define float @f(float %a) {\n"
                                              "  %r = fadd float %a, %a\n  ret float %r\n}\n");
  EXPECT_EQ(target.requiredFeatures, TRANSEPT_CPU_NEON);
  EXPECT_EQ(target.features, "");
}

TEST(UsedFeaturesOfAArch64, KeepProductsApart) {
  std::string sdot = callOf("sdot.v4i32.v16i8", "<4 x i32>", "<16 x i8>"),
              usdot = callOf("usdot.v4i32.v16i8", "<4 x i32>", "<16 x i8>"),
              bfdot = callOf("bfdot.v4f32.v8bf16", "<4 x float>", "<8 x bfloat>");
  Target target = used("armv8.2-a+dotprod", sdot);
  EXPECT_EQ(target.requiredFeatures, TRANSEPT_CPU_NEON | TRANSEPT_CPU_DOTPROD);
  EXPECT_EQ(target.features, "+dotprod");
  target = used("armv8.6-a", usdot);
  EXPECT_EQ(target.requiredFeatures, TRANSEPT_CPU_NEON | TRANSEPT_CPU_I8MM);
  EXPECT_EQ(target.features, "+i8mm");
  target = used("armv8.6-a", bfdot);
  EXPECT_EQ(target.requiredFeatures, TRANSEPT_CPU_NEON | TRANSEPT_CPU_ARM_BF16);
  EXPECT_EQ(target.features, "+bf16");
}

TEST(UsedFeaturesOfAArch64, SeeConversionsToBf16) {
  Target target = used("armv8.6-a", "define <4 x bfloat> @f(<4 x float> %a) {\n"
                                    "  %r = fptrunc <4 x float> %a to <4 x bfloat>\n"
                                    "  ret <4 x bfloat> %r\n}\n");
  EXPECT_EQ(target.requiredFeatures, TRANSEPT_CPU_NEON | TRANSEPT_CPU_ARM_BF16);
}

} // namespace
} // namespace transept::targets
