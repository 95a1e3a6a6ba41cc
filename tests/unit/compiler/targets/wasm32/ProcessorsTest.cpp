// SPDX-License-Identifier: Apache-2.0
//
// The two levels of WebAssembly, and what code needs the second.

#include "compiler/targets/Architecture.h"
#include "compiler/targets/UsedFeatures.h"

#include "transept/abi.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/SourceMgr.h"

#include <gmock/gmock.h>

namespace transept::targets {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t simd = TRANSEPT_CPU_SIMD128, relaxed = simd | TRANSEPT_CPU_RELAXED_SIMD;

Target named(const std::string &name) {
  std::string error;
  std::optional<Target> target = targetFor(name, error);
  EXPECT_TRUE(target) << error;
  return *target;
}

Target used(const std::string &text) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto code = llvm::parseAssemblyString(text, diagnostic, context);
  EXPECT_TRUE(code) << diagnostic.getMessage().str();
  return withoutUnusedFeatures(named("relaxed-simd"), *code);
}

TEST(ProcessorsOfWebAssembly, AreTwoLevelsWithVectorsOf128Bits) {
  EXPECT_EQ(named("simd128").requiredFeatures, simd);
  EXPECT_THAT(named("simd128").features, Not(HasSubstr("relaxed")));
  EXPECT_EQ(named("relaxed-simd").requiredFeatures, relaxed);
  EXPECT_EQ(named("relaxed-simd").lanes(), 4);
  // Both levels read the same weights.
  EXPECT_EQ(named("relaxed-simd").panelWidth(), named("simd128").panelWidth());
}

TEST(ProcessorsOfWebAssembly, HavePointersOf32BitsAndNoOperatingSystem) {
  const Architecture &architecture = *named("simd128").architecture;
  EXPECT_EQ(architecture.pointerBytes, 4);
  EXPECT_EQ(architecture.format, LibraryFormat::WebModule);
  EXPECT_EQ(nameOf(architecture), "wasm32");
}

TEST(UsedFeaturesOfWebAssembly, SeeMultiplyAddsOfVectors) {
  Target target = used("declare <4 x float> @llvm.fmuladd.v4f32(<4 x float>, <4 x float>, <4 x "
                       "float>)\ndefine <4 x float> @f(<4 x float> %a) {\n"
                       "  %r = call <4 x float> @llvm.fmuladd.v4f32(<4 x float> %a, <4 x float> "
                       "%a, <4 x float> %a)\n  ret <4 x float> %r\n}\n");
  EXPECT_EQ(target.requiredFeatures, relaxed);
  EXPECT_THAT(target.features, HasSubstr("+relaxed-simd"));
}

TEST(UsedFeaturesOfWebAssembly, LeaveOutRelaxedSimdWhereNothingNeedsIt) {
  Target target = used("define float @f(float %a) {\n"
                       "  %r = fadd float %a, %a\n  ret float %r\n}\n");
  EXPECT_EQ(target.requiredFeatures, simd);
  EXPECT_THAT(target.features, Not(HasSubstr("relaxed")));
}

} // namespace
} // namespace transept::targets
