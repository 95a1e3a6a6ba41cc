// SPDX-License-Identifier: Apache-2.0
//
// Counting who comes and goes. A run ends when as many have left as have entered.

#include "runtime/threads/ExecutorRun.h"

#include <chrono>
#include <thread>

namespace transept::runtime {

void ExecutorRun::begin(transept_worker_function newFunction, void *newArgument,
                        std::uint32_t wanted) {
  function = newFunction;
  argument = newArgument;
  count = wanted;
  for (std::uint32_t worker = 0; worker < wanted; ++worker)
    claims[worker].store(false, std::memory_order_relaxed);
  left.store(0, std::memory_order_relaxed);
  done.store(0, std::memory_order_relaxed);
  mistakes.store(0, std::memory_order_relaxed);
  entered.store(0, std::memory_order_release);
}

void ExecutorRun::work(void *context, std::uint32_t worker) {
  auto &run = *static_cast<ExecutorRun *>(context);
  std::uint32_t seen = run.entered.load(std::memory_order_acquire);
  do {
    if (seen & hasEnded)
      return;
  } while (!run.entered.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel));
  bool isMistaken = worker >= run.count || run.claims[worker].exchange(true);
  if (isMistaken) {
    run.mistakes.fetch_add(1, std::memory_order_relaxed);
    // Others may wait at a barrier for the worker that was meant: any that is missing will do.
    for (worker = 0; worker != run.count && run.claims[worker].exchange(true);)
      ++worker;
  }
  if (worker != run.count) {
    run.function(run.argument, worker);
    run.done.fetch_add(isMistaken ? 0 : 1, std::memory_order_relaxed);
  }
  run.left.fetch_add(1, std::memory_order_release);
}

void ExecutorRun::end() {
  for (;;) {
    std::uint32_t seen = entered.load(std::memory_order_acquire);
    if (left.load(std::memory_order_acquire) == seen &&
        entered.compare_exchange_strong(seen, seen | hasEnded, std::memory_order_acq_rel))
      return;
    // Only an executor that returns too early comes here.
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

} // namespace transept::runtime
