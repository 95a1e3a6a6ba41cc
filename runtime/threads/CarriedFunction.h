// SPDX-License-Identifier: Apache-2.0
//
// A caller's function on the threads of a team, from which no exception may come out.
#ifndef TRANSEPT_RUNTIME_THREADS_CARRIEDFUNCTION_H
#define TRANSEPT_RUNTIME_THREADS_CARRIEDFUNCTION_H

#include "transept/abi.h"

#include <atomic>
#include <exception>

namespace transept::runtime {

/// The first exception waits here: on another thread it would end the program.
struct CarriedFunction {
  transept_worker_function function;
  void *argument;
  std::atomic<bool> hasThrown{false};
  std::exception_ptr thrown = {};

  /// A transept_worker_function; `context` is a CarriedFunction.
  static void call(void *context, std::uint32_t worker) {
    auto &self = *static_cast<CarriedFunction *>(context);
    try {
      self.function(self.argument, worker);
    } catch (...) {
      if (!self.hasThrown.exchange(true))
        self.thrown = std::current_exception();
    }
  }

  /// Throws what the function threw, if it did, once all workers have returned.
  void rethrow() const {
    if (thrown)
      std::rethrow_exception(thrown);
  }
};

} // namespace transept::runtime

#endif
