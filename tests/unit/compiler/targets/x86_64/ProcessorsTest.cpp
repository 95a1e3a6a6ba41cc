// SPDX-License-Identifier: Apache-2.0
//
// What `--cpu` understands of processors of x86-64.

#include "compiler/targets/Target.h"

#include "transept/abi.h"

#include <gmock/gmock.h>

namespace transept::targets {
namespace {

using ::testing::HasSubstr;

Target target(const std::string &name) {
  std::string error;
  auto result = targetFor(name, error);
  EXPECT_TRUE(result) << error;
  return result.value_or(Target());
}

TEST(TargetFor, ChoosesVectorsByWhatTheProcessorHas) {
  for (const char *name : {"x86-64-v3", "haswell", "alderlake"})
    EXPECT_EQ(target(name).lanes(), 8) << name;
  for (const char *name : {"x86-64-v4", "sapphirerapids", "znver4"})
    EXPECT_EQ(target(name).lanes(), 16) << name;
}

TEST(TargetFor, ChoosesProductsOfBytesByWhatTheProcessorHas) {
  EXPECT_EQ(target("haswell").byteForm, WordForm::HalfWords);
  EXPECT_EQ(target("x86-64-v4").byteForm, WordForm::HalfWords);
  for (const char *name : {"alderlake", "cascadelake", "znver4", "sapphirerapids"})
    EXPECT_EQ(target(name).byteForm, WordForm::Bytes) << name;
  EXPECT_TRUE(target("sapphirerapids").hasTiles);
  EXPECT_FALSE(target("znver4").hasTiles); // it has bf16, but no tiles
}

TEST(TargetFor, AsksForNoMoreThanTheLevelsThatItKnows) {
  constexpr uint64_t avx2 = TRANSEPT_CPU_AVX2_FMA, avx512 = avx2 | TRANSEPT_CPU_AVX512;
  EXPECT_EQ(target("haswell").requiredFeatures, avx2);
  EXPECT_EQ(target("alderlake").requiredFeatures, avx2 | TRANSEPT_CPU_AVX_VNNI);
  EXPECT_EQ(target("x86-64-v4").requiredFeatures, avx512);
  EXPECT_EQ(target("cascadelake").requiredFeatures, avx512 | TRANSEPT_CPU_AVX512_VNNI);
  EXPECT_EQ(target("znver4").requiredFeatures,
            avx512 | TRANSEPT_CPU_AVX512_VNNI | TRANSEPT_CPU_AVX512_BF16);
  EXPECT_EQ(target("sapphirerapids").requiredFeatures,
            avx512 | TRANSEPT_CPU_AVX512_VNNI | TRANSEPT_CPU_AMX);
}

TEST(TargetFor, TellsLLVMOfTheFeaturesThatItAsksFor) {
  for (const char *name : {"haswell", "alderlake", "x86-64-v4", "znver4", "sapphirerapids"}) {
    Target chosen = target(name);
    auto has = [&](const std::string &feature) {
      return ("," + chosen.features + ",").find(",+" + feature + ",") != std::string::npos;
    };
    EXPECT_EQ(has("avxvnni"), bool(chosen.requiredFeatures & TRANSEPT_CPU_AVX_VNNI)) << name;
    EXPECT_EQ(has("avx512vnni"), bool(chosen.requiredFeatures & TRANSEPT_CPU_AVX512_VNNI)) << name;
    constexpr uint64_t hasBFloat = TRANSEPT_CPU_AMX | TRANSEPT_CPU_AVX512_BF16;
    EXPECT_EQ(has("avx512bf16"), bool(chosen.requiredFeatures & hasBFloat)) << name;
    for (const char *tiles : {"amx-tile", "amx-int8", "amx-bf16"})
      EXPECT_EQ(has(tiles), bool(chosen.requiredFeatures & TRANSEPT_CPU_AMX)) << name << tiles;
  }
}

TEST(TargetFor, LeavesRegistersForColumnsAndAFactorBesideTheSums) {
  EXPECT_LE(target("x86-64-v3").vectors.sumRegisters + 3, 16);
  EXPECT_LE(target("x86-64-v4").vectors.sumRegisters + 3, 32);
}

TEST(TargetFor, EmulatesTilesWhereBytesAreMultipliedInVectors) {
  Target emulated = target("emulated-amx"), vectors = target("cascadelake");
  EXPECT_TRUE(emulated.hasTiles && emulated.emulatesTiles);
  EXPECT_EQ(emulated.byteForm, WordForm::Bytes);
  EXPECT_EQ(emulated.requiredFeatures, vectors.requiredFeatures);
}

TEST(TargetFor, NamesAProcessorThatItCannotServe) {
  std::string error;
  EXPECT_FALSE(targetFor("x86-64-v2", error));
  EXPECT_THAT(error, HasSubstr("lacks AVX2 or FMA"));
}

} // namespace
} // namespace transept::targets
