// SPDX-License-Identifier: Apache-2.0
//
// What `--cpu` understands.

#include "compiler/targets/Target.h"

#include "transept/abi.h"

#include <gmock/gmock.h>

namespace transept::codegen {
namespace {

using ::testing::HasSubstr;

Target target(const std::string &name) {
  std::string error;
  auto result = targetFor(name, error);
  EXPECT_TRUE(result) << error;
  return result.value_or(Target());
}

TEST(TargetFor, ChoosesVectorsByWhatTheProcessorHas) {
  EXPECT_EQ(target("x86-64-v3").instructionSet, InstructionSet::Avx2);
  EXPECT_EQ(target("haswell").instructionSet, InstructionSet::Avx2);
  EXPECT_EQ(target("x86-64-v4").instructionSet, InstructionSet::Avx512);
  EXPECT_EQ(target("sapphirerapids").instructionSet, InstructionSet::Avx512);
  EXPECT_EQ(target("znver4").instructionSet, InstructionSet::Avx512);
}

TEST(TargetFor, ChoosesProductsOfBytesByWhatTheProcessorHas) {
  EXPECT_EQ(target("haswell").byteProducts, ByteProducts::Words);
  EXPECT_EQ(target("x86-64-v4").byteProducts, ByteProducts::Words);
  for (const char *name : {"alderlake", "cascadelake", "znver4", "sapphirerapids"})
    EXPECT_EQ(target(name).byteProducts, ByteProducts::Vnni) << name;
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

TEST(TargetFor, KeepsTheTileWithinTheRegisters) {
  for (const char *name : {"x86-64-v3", "x86-64-v4"}) {
    Target chosen = target(name);
    int64_t registers = chosen.instructionSet == InstructionSet::Avx512 ? 32 : 16;
    int64_t sums = chosen.tileRows() * chosen.panelWidth() / chosen.lanes();
    EXPECT_LE(sums + /*columns and a factor*/ 3, registers) << name;
  }
}

TEST(TargetFor, NamesWhatItDoesNotKnowOrCannotServe) {
  std::string error;
  EXPECT_FALSE(targetFor("pentium-9", error));
  EXPECT_THAT(error, HasSubstr("unknown processor 'pentium-9'"));
  EXPECT_FALSE(targetFor("x86-64-v2", error));
  EXPECT_THAT(error, HasSubstr("lacks AVX2 or FMA"));
}

} // namespace
} // namespace transept::codegen
