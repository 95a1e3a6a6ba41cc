// SPDX-License-Identifier: Apache-2.0
//
// Threads are started only where nobody else brings them.

#include "runtime/threads/Workers.h"

#include "transept/error.h"

#include <exception>
#include <string>

namespace transept::runtime {
namespace {

/// What the executor returned, or how it ended instead.
std::string outcomeOf(transept_executor_function executor, void *context, ExecutorRun &run,
                      std::uint32_t wanted, std::int32_t &status) {
  status = -1;
  try {
    status = executor(context, ExecutorRun::work, &run, wanted);
    return "returned " + std::to_string(status);
  } catch (const std::exception &error) {
    return std::string("threw an exception (") + error.what() + ")";
  } catch (...) {
    return "threw an exception";
  }
}

} // namespace

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
  std::unique_ptr<ExecutorRun> run = takeRun();
  run->begin(function, argument, wanted);
  std::int32_t status;
  std::string outcome = outcomeOf(executor, context, *run, wanted, status);
  run->end();
  std::uint32_t completed = run->completed(), mistaken = run->mistaken();
  bool isRight = status == 0 && completed == wanted && mistaken == 0;
  giveBack(std::move(run), isRight);
  if (isRight)
    return;
  std::string ran = status != 0 ? "" : " after " + std::to_string(completed) + " of them had run";
  if (mistaken != 0)
    ran += " and " + std::to_string(mistaken) +
           " calls for workers that there are not, or that had been called";
  throw Error(ErrorCode::InvalidArgument,
              "the executor given at opening " + outcome + " for a program of " +
                  std::to_string(wanted) + " workers" + ran +
                  ", but must run them all, each once and at the same time, and return 0 when they "
                  "have returned; threads sets how many there are");
}

std::unique_ptr<ExecutorRun> Workers::takeRun() {
  std::lock_guard guard(mutex);
  if (idle.empty())
    return std::make_unique<ExecutorRun>(workerCount);
  std::unique_ptr<ExecutorRun> run = std::move(idle.back());
  idle.pop_back();
  return run;
}

void Workers::giveBack(std::unique_ptr<ExecutorRun> run, bool isRight) {
  std::lock_guard guard(mutex);
  (isRight ? idle : late).push_back(std::move(run));
}

} // namespace transept::runtime
