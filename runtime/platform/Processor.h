// SPDX-License-Identifier: Apache-2.0
//
// What the runtime asks of the processor that it runs on.
#ifndef TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H
#define TRANSEPT_RUNTIME_PLATFORM_PROCESSOR_H

#include <cstdint>
#if defined(__wasm__)
#include <chrono>
#else
#include <sched.h>
#endif
#if defined(__x86_64__)
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

/// There is no instruction for it: about the time that `pause` takes.
inline void pauseProcessor() {
  for (int turn = 0; turn < 40; ++turn)
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

/// Lets other threads run here that are ready to; engines of WebAssembly have no way to.
inline void yieldProcessor() {
#if defined(__wasm__)
  pauseProcessor();
#else
  sched_yield();
#endif
}

} // namespace transept::runtime

#endif
