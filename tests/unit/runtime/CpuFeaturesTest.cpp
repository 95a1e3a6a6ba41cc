// SPDX-License-Identifier: Apache-2.0
//
// Features of this processor against what the compiler's library says, and of processors that lack
// something.

#include "runtime/platform/CpuFeatures.h"

#include "transept/abi.h"

#include <gtest/gtest.h>

#if defined(__x86_64__)
#include "runtime/platform/x86_64/CpuidFeatures.h"

namespace transept::runtime {
namespace {

constexpr std::uint64_t avx2 = TRANSEPT_CPU_AVX2_FMA, avxVnni = TRANSEPT_CPU_AVX_VNNI,
                        avx512 = TRANSEPT_CPU_AVX512, avx512Vnni = TRANSEPT_CPU_AVX512_VNNI,
                        bFloat = TRANSEPT_CPU_AVX512_BF16, tiles = TRANSEPT_CPU_AMX,
                        all = avx2 | avxVnni | avx512 | avx512Vnni | bFloat | tiles,
                        allOfAvx512 = avx512 | avx512Vnni | bFloat | tiles;

/// Whether the compiler's library and we see the same.
void expectEqual(std::uint64_t feature, bool expected, const char *name) {
  EXPECT_EQ((cpuFeatures() & feature) != 0, expected) << name;
}

TEST(CpuFeatures, AreThoseThatTheCompilersLibrarySees) {
  __builtin_cpu_init();
  expectEqual(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), "avx2");
  const bool has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl");
  expectEqual(avx512, has512, "avx512");
  expectEqual(avx512Vnni, has512 && __builtin_cpu_supports("avx512vnni"), "avx512vnni");
  expectEqual(bFloat, has512 && __builtin_cpu_supports("avx512bf16"), "avx512bf16");
}

TEST(CpuFeatures, NeedAllOfTheirBits) {
  Cpuid whole;
  whole.basic.c = 1u << 28 | 1u << 12 | 1u << 29 | 1u << 27;
  whole.extended = {.a = 0,
                    .b = 1u << 5 | 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31,
                    .c = 1u << 11,
                    .d = 1u << 22 | 1u << 24 | 1u << 25};
  whole.more.a = 1u << 4 | 1u << 5;
  whole.saved = 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 17 | 1u << 18;
  EXPECT_EQ(featuresOf(whole), all);
  EXPECT_EQ(featuresOf({}), 0u);
  auto expectWithout = [&](auto &&part, std::initializer_list<unsigned> bits, std::uint64_t lost) {
    for (unsigned bit : bits) {
      Cpuid less = whole;
      part(less) &= ~(1u << bit);
      EXPECT_EQ(featuresOf(less), all & ~lost) << "bit " << bit;
    }
  };
  auto basic = [](Cpuid &cpuid) -> auto & { return cpuid.basic.c; };
  auto extendedB = [](Cpuid &cpuid) -> auto & { return cpuid.extended.b; };
  auto extendedC = [](Cpuid &cpuid) -> auto & { return cpuid.extended.c; };
  auto extendedD = [](Cpuid &cpuid) -> auto & { return cpuid.extended.d; };
  auto more = [](Cpuid &cpuid) -> auto & { return cpuid.more.a; };
  auto saved = [](Cpuid &cpuid) -> auto & { return cpuid.saved; };
  expectWithout(basic, {12, 28, 29}, all);
  expectWithout(extendedB, {5}, all);
  expectWithout(saved, {1, 2}, all);
  expectWithout(extendedB, {16, 17, 28, 30, 31}, allOfAvx512);
  expectWithout(saved, {5, 6, 7}, allOfAvx512);
  expectWithout(more, {4}, avxVnni);
  expectWithout(extendedC, {11}, avx512Vnni);
  expectWithout(more, {5}, bFloat | tiles);
  expectWithout(saved, {17, 18}, tiles);
  expectWithout(extendedD, {22, 24, 25}, tiles);
}

TEST(CpuFeatures, AreAskedOfTheOperatingSystemWhereItCanTell) {
  Cpuid cpuid;
  EXPECT_FALSE(cpuid.canAskWhatIsSaved());
  cpuid.basic.c = 1u << 27;
  EXPECT_TRUE(cpuid.canAskWhatIsSaved());
}

} // namespace
} // namespace transept::runtime
#endif
