// SPDX-License-Identifier: Apache-2.0
//
// Asks the kernel, which says what it has found on all cores (Linux, Documentation/arch/arm64/
// elf_hwcaps.rst): the registers that tell belong to it alone.

#include "runtime/platform/CpuFeatures.h"

#include "transept/abi.h"

#include <sys/auxv.h>

namespace transept::runtime {
namespace {

// The bits by number: headers are older than some of them.
constexpr unsigned long kNeon = 1ul << 1, kDotProducts = 1ul << 20; // AT_HWCAP
constexpr unsigned long kI8mm = 1ul << 13, kBFloats = 1ul << 14;    // AT_HWCAP2

} // namespace

bool permitsTiles() {
  return false;
}

std::uint64_t cpuFeatures() {
  unsigned long first = ::getauxval(AT_HWCAP), second = ::getauxval(AT_HWCAP2);
  std::uint64_t features = 0;
  if (first & kNeon)
    features |= TRANSEPT_CPU_NEON;
  if (first & kDotProducts)
    features |= TRANSEPT_CPU_DOTPROD;
  if (second & kI8mm)
    features |= TRANSEPT_CPU_I8MM;
  if (second & kBFloats)
    features |= TRANSEPT_CPU_ARM_BF16;
  return features;
}

} // namespace transept::runtime
