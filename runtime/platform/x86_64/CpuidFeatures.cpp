// SPDX-License-Identifier: Apache-2.0
//
// Bits by number, as Intel's manual (volume 2, CPUID; volume 1, chapter 13) has them.

#include "runtime/platform/x86_64/CpuidFeatures.h"

#include "transept/abi.h"

namespace transept::runtime {
namespace {

constexpr bool hasAll(std::uint64_t value, std::uint64_t bits) {
  return (value & bits) == bits;
}

constexpr std::uint64_t bit(unsigned number) {
  return std::uint64_t(1) << number;
}

} // namespace

bool Cpuid::canAskWhatIsSaved() const {
  return hasAll(basic.c, bit(27)); // OSXSAVE
}

std::uint64_t featuresOf(const Cpuid &cpuid) {
  const auto &[basic, extended, more, saved] = cpuid;
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
