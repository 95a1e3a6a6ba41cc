// SPDX-License-Identifier: Apache-2.0
//
// What this processor and operating system can run, so that a library made for another processor
// is refused with words instead of an illegal instruction.
#ifndef TRANSEPT_RUNTIME_PLATFORM_CPUFEATURES_H
#define TRANSEPT_RUNTIME_PLATFORM_CPUFEATURES_H

#include <cstdint>

namespace transept::runtime {

/// TRANSEPT_CPU_* bits of the processor that the operating system saves registers for. Tiles also
/// need permitsTiles() before their first use.
std::uint64_t cpuFeatures();

/// Asks the kernel to let this process use AMX's tile registers (Linux, Documentation/arch/x86/
/// xstate.rst). The permission is for all threads and lasts; asking again costs a system call.
bool permitsTiles();

} // namespace transept::runtime

#endif
