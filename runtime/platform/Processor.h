// SPDX-License-Identifier: Apache-2.0
//
// The two instructions that the runtime uses by name.
#ifndef TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H
#define TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H

#include <cstdint>
#include <x86intrin.h>

namespace transept::runtime {

/// Tells the processor that this thread looks at a word again and again.
inline void pauseProcessor() {
  _mm_pause();
}

/// The counter whose values generated code stores as launch times. It runs at one speed, the same
/// on all cores; how fast that is has to be measured beside a clock.
inline std::uint64_t processorTicks() {
  return __rdtsc();
}

} // namespace transept::runtime

#endif
