// SPDX-License-Identifier: Apache-2.0
//
// The two instructions that the runtime uses by name.
#ifndef TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H
#define TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H

#include <cstdint>
#if defined(__wasm__)
#include <chrono>
#elif defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace transept::runtime {

#if defined(__aarch64__)

/// Tells the processor that this thread looks at a word again and again. `yield` is a nop on cores
/// without hardware threads; `isb` empties the pipeline, which takes tens of cycles, as `pause`
/// does on x86-64 (docs/decisions/0017).
inline void pauseProcessor() {
  asm volatile("isb" ::: "memory");
}

/// The generic timer, which is what llvm.readcyclecounter reads here: coarse (24 MHz to 1 GHz).
inline std::uint64_t processorTicks() {
  std::uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
}

#elif defined(__wasm__)

/// There is no instruction for it. Ten times as long as `pause`, because engines take longer to put
/// a thread to sleep and to wake it: with less, opus-base in int8 does not gain from two threads.
inline void pauseProcessor() {
  for (int turn = 0; turn < 400; ++turn)
    asm volatile("" ::: "memory");
}

/// There is no counter (llvm.readcyclecounter reads 0, so that launches are not told apart).
inline std::uint64_t processorTicks() {
  return std::uint64_t(std::chrono::steady_clock::now().time_since_epoch().count());
}

#else

/// Tells the processor that this thread looks at a word again and again.
inline void pauseProcessor() {
  _mm_pause();
}

/// The counter whose values generated code stores as launch times. It runs at one speed, the same
/// on all cores; how fast that is has to be measured beside a clock.
inline std::uint64_t processorTicks() {
  return __rdtsc();
}

#endif

} // namespace transept::runtime

#endif
