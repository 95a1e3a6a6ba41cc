// SPDX-License-Identifier: Apache-2.0
//
// Asks cpuid and xgetbv directly: the compiler's __builtin_cpu_supports needs a symbol of libgcc.a,
// which generated libraries are not linked with.

#include "runtime/platform/CpuFeatures.h"

#include "runtime/platform/x86_64/CpuidFeatures.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace transept::runtime {
namespace {

CpuidRegisters ask(unsigned leaf, unsigned part = 0) {
  CpuidRegisters registers;
  __get_cpuid_count(leaf, part, &registers.a, &registers.b, &registers.c, &registers.d);
  return registers;
}

/// Only callable where there is xgetbv.
std::uint64_t savedRegisters() {
  std::uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t(high) << 32 | low;
}

} // namespace

bool permitsTiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

std::uint64_t cpuFeatures() {
  Cpuid cpuid{.basic = ask(1), .extended = ask(7), .more = ask(7, 1)};
  if (cpuid.canAskWhatIsSaved())
    cpuid.saved = savedRegisters();
  return featuresOf(cpuid);
}

} // namespace transept::runtime
