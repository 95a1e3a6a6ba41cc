// SPDX-License-Identifier: Apache-2.0
//
// The first worker reports while the others wait a second time.

#include "runtime/threads/ProgramObserver.h"

#include "runtime/base/RowCounts.h"

#include <string_view>

namespace transept::runtime {

void ObservedRun::begin(transept_invocation &given) {
  invocation = &given;
  given.barrier = wait;
  given.barrier_context = this;
}

void ObservedRun::wait(void *context, std::uint32_t worker) {
  auto &run = *static_cast<ObservedRun *>(context);
  run.barrier.wait(worker);
  if (worker == 0)
    run.observe();
  run.barrier.wait(worker);
}

void ObservedRun::end() {
  observe();
  if (thrown)
    std::rethrow_exception(thrown);
}

void ObservedRun::observe() {
  for (; next != program.launch_count; ++next) {
    const transept_launch &launch = program.launches[next];
    if (std::string_view(launch.kind) == "barrier") {
      ++next;
      return;
    }
    if (thrown)
      continue;
    // Generated code, which would be passed through, has no way for exceptions.
    try {
      observer.function(observer.context, &program, next, invocation,
                        rowsOf(launch.rows, table, *invocation));
    } catch (...) {
      thrown = std::current_exception();
    }
  }
}

} // namespace transept::runtime
