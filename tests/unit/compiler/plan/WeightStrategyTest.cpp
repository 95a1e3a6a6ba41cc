// SPDX-License-Identifier: Apache-2.0
//
// The order in which `--weights auto` tries types, by processor.

#include "compiler/plan/strategy/WeightStrategy.h"

#include <gmock/gmock.h>

namespace transept::codegen {
namespace {

using ::testing::ElementsAre;

std::vector<llvm::StringRef> orderFor(const std::string &cpu) {
  std::string error;
  std::optional<targets::Target> target = targets::targetFor(cpu, error);
  EXPECT_TRUE(target) << error;
  return weightsBySpeed(target.value_or(targets::Target()));
}

TEST(WeightsBySpeed, TakesFourBitsBeforeBFloatWhereBytesAreMultipliedInVectors) {
  for (const char *cpu : {"alderlake", "cascadelake", "znver4"})
    EXPECT_THAT(orderFor(cpu), ElementsAre("int8", "int4", "bf16", "f32")) << cpu;
}

TEST(WeightsBySpeed, TakesBFloatBeforeFourBitsWhereTilesMultiplyIt) {
  for (const char *cpu : {"sapphirerapids", "emulated-amx"})
    EXPECT_THAT(orderFor(cpu), ElementsAre("int8", "bf16", "int4", "f32")) << cpu;
}

} // namespace
} // namespace transept::codegen
