// SPDX-License-Identifier: Apache-2.0
//
// Threads are started only where nobody else brings them.

#include "runtime/threads/Workers.h"

#include "transept/error.h"

#include <mutex>
#include <string>

namespace transept::runtime {

Workers::Workers(std::uint32_t workerCount, transept_executor_function executor, void *context)
    : workerCount(workerCount), executor(executor), context(context) {
  if (!executor)
    team.emplace(workerCount);
}

void Workers::run(transept_worker_function function, void *argument, std::uint32_t wanted) {
  if (team) {
    std::lock_guard turn(turns);
    team->run(function, argument, wanted);
    return;
  }
  if (std::int32_t status = executor(context, function, argument, wanted); status != 0)
    throw Error(ErrorCode::InvalidArgument,
                "the executor given at opening returned " + std::to_string(status) +
                    " for a program of " + std::to_string(wanted) +
                    " workers, but must run them all at the same time and return 0; threads sets "
                    "how many there are");
}

} // namespace transept::runtime
