// SPDX-License-Identifier: Apache-2.0
//
// Starting, feeding and ending the worker threads.

#include "runtime/threads/WorkerTeam.h"

#include "runtime/platform/Signals.h"
#include "runtime/platform/UsableCores.h"
#include "transept/error.h"

#include <string>
#include <system_error>

namespace transept::runtime {

SleepingWord::Duration patienceFor(std::uint32_t workerCount) {
  // Longer than the gap between two decode steps, and than a thread takes to wake on a processor
  // that has been idle: whoever sleeps meanwhile is woken where the other one runs. Short enough to
  // cost nothing noticeable.
  constexpr std::chrono::microseconds patience(400);
  bool canSpin = workerCount > 1 && workerCount <= undisturbedProcessors();
  return canSpin ? patience : SleepingWord::Duration::zero();
}

WorkerTeam::WorkerTeam(std::uint32_t workerCount)
    : count(workerCount), patience(patienceFor(workerCount)), mailboxes(workerCount - 1) {
  SignalsBlocked whileStarting;
  try {
    for (std::uint32_t worker = 1; worker < count; ++worker) {
      Mailbox &mailbox = mailboxes[worker - 1];
      mailbox.team = this;
      mailbox.worker = worker;
      threads.emplace_back(serve, &mailbox);
    }
  } catch (const std::system_error &error) {
    std::size_t got = threads.size() + 1;
    stop();
    throw Error(ErrorCode::OutOfMemory, "threads is " + std::to_string(count) +
                                            ", but the system allows only " + std::to_string(got) +
                                            " (" + error.what() + ")");
  }
}

WorkerTeam::~WorkerTeam() {
  stop();
}

void WorkerTeam::stop() {
  function = nullptr;
  for (Mailbox &mailbox : mailboxes)
    mailbox.started.advance();
  threads.clear();
}

void WorkerTeam::run(transept_worker_function newFunction, void *newArgument,
                     std::uint32_t wanted) {
  function = newFunction;
  argument = newArgument;
  spread();
  for (std::uint32_t worker = 1; worker < wanted; ++worker) {
    Mailbox &mailbox = mailboxes[worker - 1];
    ++mailbox.runs;
    mailbox.started.advance();
  }
  newFunction(newArgument, 0);
  for (std::uint32_t worker = 1; worker < wanted; ++worker) {
    Mailbox &mailbox = mailboxes[worker - 1];
    mailbox.ended.waitFor(mailbox.runs, patience, SleepingWord::standingFor(patience));
  }
}

/// Linux wakes a thread where its waker runs when a small machine has been idle: there it would
/// wait for milliseconds, until the scheduler looks around, while the other processors have nothing
/// to do. A large team would pay more to be told, and its machine has other processors to choose
/// from.
void WorkerTeam::spread() {
  constexpr std::uint32_t smallTeam = 8;
  int processor = count <= smallTeam ? currentProcessor() : -1;
  if (processor == callersProcessor)
    return;
  callersProcessor = processor;
  for (WorkerThread &thread : threads)
    thread.avoid(processor);
}

void WorkerTeam::serve(void *given) {
  Mailbox &mailbox = *static_cast<Mailbox *>(given);
  const WorkerTeam &team = *mailbox.team;
  for (std::uint32_t run = 1;; ++run) {
    mailbox.started.waitFor(run, team.patience);
    if (!team.function)
      return;
    team.function(team.argument, mailbox.worker);
    mailbox.ended.advance();
  }
}

} // namespace transept::runtime
