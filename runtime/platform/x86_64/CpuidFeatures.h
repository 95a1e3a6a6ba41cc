// SPDX-License-Identifier: Apache-2.0
//
// What the bits of cpuid mean, apart from asking for them, so that tests can be other processors.
#ifndef TRANSEPT_RUNTIME_PLATFORM_X86_64_CPUIDFEATURES_H
#define TRANSEPT_RUNTIME_PLATFORM_X86_64_CPUIDFEATURES_H

#include <cstdint>

namespace transept::runtime {

struct CpuidRegisters {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

/// Of a processor and its operating system.
struct Cpuid {
  CpuidRegisters basic;    // leaf 1
  CpuidRegisters extended; // leaf 7
  CpuidRegisters more;     // leaf 7, part 1
  std::uint64_t saved = 0; // registers that the operating system saves, by xgetbv

  bool canAskWhatIsSaved() const; // whether there is xgetbv
};

/// TRANSEPT_CPU_* bits.
std::uint64_t featuresOf(const Cpuid &cpuid);

} // namespace transept::runtime

#endif
