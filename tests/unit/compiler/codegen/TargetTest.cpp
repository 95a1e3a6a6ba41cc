// SPDX-License-Identifier: Apache-2.0
//
// What `--cpu` understands.

#include "compiler/codegen/Target.h"

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

TEST(TargetFor, AsksOnlyForWhatItUses) {
  EXPECT_EQ(target("haswell").requiredFeatures, TRANSEPT_CPU_AVX2_FMA);
  EXPECT_EQ(target("sapphirerapids").requiredFeatures, TRANSEPT_CPU_AVX2_FMA | TRANSEPT_CPU_AVX512);
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
