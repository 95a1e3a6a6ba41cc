// SPDX-License-Identifier: Apache-2.0
//
// WebAssembly's own waiting. Sleeping in memory that is not shared is an error of the engine: on
// one thread nobody else changes a word, and who sleeps on it would sleep for ever.

#include "runtime/platform/Futex.h"

#include <climits>

namespace transept::runtime {
namespace {

int *wordOf(std::atomic<std::uint32_t> &word) {
  return reinterpret_cast<int *>(&word);
}

} // namespace

void sleepWhile(std::atomic<std::uint32_t> &word, std::uint32_t seen) {
  __builtin_wasm_memory_atomic_wait32(wordOf(word), int(seen), /*timeout=*/-1);
}

void wakeAll(std::atomic<std::uint32_t> &word) {
  __builtin_wasm_memory_atomic_notify(wordOf(word), UINT_MAX);
}

} // namespace transept::runtime
