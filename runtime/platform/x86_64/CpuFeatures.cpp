// SPDX-License-Identifier: Apache-2.0
//
// Asks cpuid and xgetbv directly: the compiler's __builtin_cpu_supports needs a symbol of libgcc.a,
// which generated libraries are not linked with.

#include "runtime/platform/CpuFeatures.h"

#include "transept/abi.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace transept::runtime {
namespace {

struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(unsigned leaf, unsigned part = 0) {
  Registers registers;
  __get_cpuid_count(leaf, part, &registers.a, &registers.b, &registers.c, &registers.d);
  return registers;
}

/// Register sets that the operating system saves; only callable where OSXSAVE is set.
std::uint64_t savedRegisters() {
  std::uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t(high) << 32 | low;
}

constexpr bool hasAll(std::uint64_t value, std::uint64_t bits) {
  return (value & bits) == bits;
}

constexpr std::uint64_t bit(unsigned number) {
  return std::uint64_t(1) << number;
}

} // namespace

bool permitsTiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

std::uint64_t cpuFeatures() {
  Registers basic = cpuid(1), extended = cpuid(7);
  if (!hasAll(basic.c, bit(27))) // OSXSAVE
    return 0;
  std::uint64_t saved = savedRegisters();
  std::uint64_t features = 0;
  // SSE and AVX state; AVX, FMA, F16C; AVX2.
  bool hasAvx2 = hasAll(saved, bit(1) | bit(2)) && hasAll(basic.c, bit(28) | bit(12) | bit(29)) &&
                 hasAll(extended.b, bit(5));
  if (hasAvx2)
    features |= TRANSEPT_CPU_AVX2_FMA;
  // Opmask and ZMM state; F, DQ, CD, BW, VL.
  if (hasAvx2 && hasAll(saved, bit(5) | bit(6) | bit(7)) &&
      hasAll(extended.b, bit(16) | bit(17) | bit(28) | bit(30) | bit(31)))
    features |= TRANSEPT_CPU_AVX512;
  Registers more = cpuid(7, 1);
  if (hasAvx2 && hasAll(more.a, bit(4)))
    features |= TRANSEPT_CPU_AVX_VNNI;
  bool hasAvx512 = features & TRANSEPT_CPU_AVX512;
  if (hasAvx512 && hasAll(extended.c, bit(11)))
    features |= TRANSEPT_CPU_AVX512_VNNI;
  bool hasBFloat = hasAvx512 && hasAll(more.a, bit(5));
  if (hasBFloat)
    features |= TRANSEPT_CPU_AVX512_BF16;
  // Tile configuration and data; AMX-BF16, AMX-TILE, AMX-INT8.
  if (hasBFloat && hasAll(saved, bit(17) | bit(18)) &&
      hasAll(extended.d, bit(22) | bit(24) | bit(25)))
    features |= TRANSEPT_CPU_AMX;
  return features;
}

} // namespace transept::runtime
