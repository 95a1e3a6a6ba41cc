// SPDX-License-Identifier: Apache-2.0
//
// An engine validates a module before it runs any of it: what is in the module is what it has.

#include "runtime/platform/CpuFeatures.h"

#include "transept/abi.h"

namespace transept::runtime {

bool permitsTiles() {
  return false;
}

std::uint64_t cpuFeatures() {
  return TRANSEPT_CPU_SIMD128 | TRANSEPT_CPU_RELAXED_SIMD;
}

} // namespace transept::runtime
