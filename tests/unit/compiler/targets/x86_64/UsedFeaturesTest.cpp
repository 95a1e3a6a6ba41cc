// SPDX-License-Identifier: Apache-2.0
//
// A library asks at open for what its code uses and for nothing else.

#include "compiler/targets/UsedFeatures.h"

#include "transept/abi.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/SourceMgr.h"

#include <gmock/gmock.h>

namespace transept::targets {
namespace {

constexpr uint64_t avx2 = TRANSEPT_CPU_AVX2_FMA, avx512 = avx2 | TRANSEPT_CPU_AVX512;

Target used(const std::string &processor, const std::string &text) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto code = llvm::parseAssemblyString(text, diagnostic, context);
  EXPECT_TRUE(code) << diagnostic.getMessage().str();
  std::string error;
  return withoutUnusedFeatures(*targetFor(processor, error), *code);
}

std::string floats = R"(
define <16 x float> @f(<16 x float> %a) {
  %sum = fadd <16 x float> %a, %a
  ret <16 x float> %sum
})";

std::string bytes512 = R"(
declare <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32>, <64 x i8>, <64 x i8>)
define <16 x i32> @f(<16 x i32> %sum, <64 x i8> %a, <64 x i8> %b) {
  %r = call <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> %sum, <64 x i8> %a, <64 x i8> %b)
  ret <16 x i32> %r
})";

std::string bytes256 = R"(
declare <8 x i32> @llvm.x86.avx512.vpdpbusd.256(<8 x i32>, <32 x i8>, <32 x i8>)
define <8 x i32> @f(<8 x i32> %sum, <32 x i8> %a, <32 x i8> %b) {
  %r = call <8 x i32> @llvm.x86.avx512.vpdpbusd.256(<8 x i32> %sum, <32 x i8> %a, <32 x i8> %b)
  ret <8 x i32> %r
})";

std::string tiles = R"(
declare void @llvm.x86.tilezero(i8 immarg)
define void @f() {
  call void @llvm.x86.tilezero(i8 0)
  ret void
})";

std::string conversion = R"(
define <16 x bfloat> @f(<16 x float> %a) {
  %r = fptrunc <16 x float> %a to <16 x bfloat>
  ret <16 x bfloat> %r
})";

TEST(UsedFeatures, LeavesNothingButVectorsToCodeInFloats) {
  Target target = used("sapphirerapids", floats);
  EXPECT_EQ(target.requiredFeatures, avx512);
  EXPECT_EQ(target.features, "-prefer-256-bit");
  EXPECT_EQ(used("alderlake", floats).requiredFeatures, avx2);
  EXPECT_EQ(used("alderlake", floats).features, "");
}

TEST(UsedFeatures, KeepsVnniForProductsOfBytes) {
  Target target = used("sapphirerapids", bytes512);
  EXPECT_EQ(target.requiredFeatures, avx512 | TRANSEPT_CPU_AVX512_VNNI);
  EXPECT_EQ(target.features, "-prefer-256-bit,+avx512vnni");
  target = used("alderlake", bytes256);
  EXPECT_EQ(target.requiredFeatures, avx2 | TRANSEPT_CPU_AVX_VNNI);
  EXPECT_EQ(target.features, "+avxvnni");
}

TEST(UsedFeatures, KeepsTilesAndVectorsOfBf16Apart) {
  EXPECT_EQ(used("sapphirerapids", tiles).requiredFeatures, avx512 | TRANSEPT_CPU_AMX);
  EXPECT_EQ(used("sapphirerapids", tiles).features,
            "-prefer-256-bit,+amx-tile,+amx-int8,+amx-bf16");
  for (const char *processor : {"sapphirerapids", "znver4"}) {
    Target target = used(processor, conversion);
    EXPECT_EQ(target.requiredFeatures, avx512 | TRANSEPT_CPU_AVX512_BF16) << processor;
    EXPECT_EQ(target.features, "-prefer-256-bit,+avx512bf16") << processor;
  }
  // Without the feature the conversion is arithmetic on integers.
  EXPECT_EQ(used("x86-64-v4", conversion).requiredFeatures, avx512);
}

TEST(UsedFeatures, ReadsAssemblyInTheCode) {
  auto assembly = [](const std::string &instruction) {
    return "define void @f() {\n  call void asm sideeffect \"" + instruction +
           "\", \"\"()\n  ret void\n}\n";
  };
  EXPECT_EQ(used("sapphirerapids", assembly("tdpbssd %tmm2, %tmm1, %tmm0")).requiredFeatures,
            avx512 | TRANSEPT_CPU_AMX);
  EXPECT_EQ(used("znver4", assembly("vpdpbusd %zmm2, %zmm1, %zmm0")).requiredFeatures,
            avx512 | TRANSEPT_CPU_AVX512_VNNI);
  EXPECT_EQ(used("znver4", assembly("nop")).requiredFeatures, avx512);
}

} // namespace
} // namespace transept::targets
