// SPDX-License-Identifier: Apache-2.0
//
// What `--cpu` understands of processors of AArch64.

#include "compiler/targets/Architecture.h"

#include "transept/abi.h"

#include <gmock/gmock.h>

namespace transept::targets {
namespace {

constexpr uint64_t neon = TRANSEPT_CPU_NEON, dotProducts = neon | TRANSEPT_CPU_DOTPROD,
                   i8mm = neon | TRANSEPT_CPU_I8MM, all = i8mm | TRANSEPT_CPU_ARM_BF16;

Target target(const std::string &name) {
  std::string error;
  auto result = targetFor(name, error);
  EXPECT_TRUE(result) << error;
  return result.value_or(Target());
}

TEST(AArch64, KnowsVersionsWithTheirExtensions) {
  EXPECT_EQ(target("armv8-a").requiredFeatures, neon);
  EXPECT_EQ(target("armv8.2-a").requiredFeatures, neon);
  EXPECT_EQ(target("armv8.2-a+dotprod").requiredFeatures, dotProducts);
  EXPECT_EQ(target("armv8.4-a").requiredFeatures, dotProducts);
  EXPECT_EQ(target("armv8.2-a+i8mm").requiredFeatures, i8mm);
  EXPECT_EQ(target("armv8.6-a+i8mm+bf16").requiredFeatures, all);
  EXPECT_EQ(target("armv8.6-a").requiredFeatures, all);
}

TEST(AArch64, KnowsProcessorsByWhatTheyHave) {
  EXPECT_EQ(target("cortex-a72").requiredFeatures, neon);
  for (const char *name : {"cortex-a76", "neoverse-n1"})
    EXPECT_EQ(target(name).requiredFeatures, dotProducts) << name;
  for (const char *name : {"neoverse-n2", "neoverse-v2"})
    EXPECT_EQ(target(name).requiredFeatures, all) << name;
}

TEST(AArch64, RefusesExtensionsThatItMakesNoUseOf) {
  std::string error;
  for (const char *name : {"armv8.2-a+sve", "armv99-a", "dotprod", "+dotprod"}) {
    EXPECT_FALSE(targetFor(name, error)) << name;
    EXPECT_THAT(error, ::testing::HasSubstr("unknown processor")) << name;
  }
}

TEST(AArch64, TellsLLVMOfTheFeaturesThatItAsksFor) {
  EXPECT_EQ(target("armv8-a").features, "");
  EXPECT_EQ(target("neoverse-n1").features, "+dotprod");
  EXPECT_EQ(target("neoverse-n2").features, "+i8mm,+bf16");
  EXPECT_EQ(target("neoverse-n2").cpu, "generic");
}

TEST(AArch64, ChoosesProductsByWhatTheProcessorHas) {
  EXPECT_EQ(target("armv8-a").byteForm, WordForm::SignedBytes);
  EXPECT_EQ(target("neoverse-n1").byteForm, WordForm::SignedBytes);
  EXPECT_EQ(target("neoverse-n2").byteForm, WordForm::Bytes);
  EXPECT_FALSE(target("neoverse-n1").hasBFloatVectors);
  EXPECT_TRUE(target("neoverse-n2").hasBFloatVectors);
}

/// One panel serves all levels, and rows of columns, a factor and a constant beside the sums fit.
TEST(AArch64, PacksWeightsAlikeForAllLevels) {
  for (const char *name : {"armv8-a", "neoverse-n1", "neoverse-n2"}) {
    EXPECT_EQ(target(name).panelWidth(), 16) << name;
    EXPECT_EQ(target(name).lanes(), 4) << name;
    EXPECT_LE(target(name).vectors.sumRegisters + 4 + 2 + 1, 32) << name;
  }
}

TEST(ArchitectureCalled, IsThatOfThisMachineWithoutAName) {
  std::string error;
  EXPECT_EQ(architectureCalled("", error), hostArchitecture());
  ASSERT_TRUE(hostArchitecture());
  EXPECT_EQ(architectureCalled(nameOf(*hostArchitecture()), error), hostArchitecture());
  EXPECT_EQ(nameOf(*architectureCalled("aarch64-linux", error)), "aarch64-linux");
  EXPECT_EQ(architectureCalled("mips-linux", error), nullptr);
  EXPECT_EQ(error, "unknown target 'mips-linux'; allowed are x86_64-linux, aarch64-linux, wasm32");
}

} // namespace
} // namespace transept::targets
