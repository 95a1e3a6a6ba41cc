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

std::uint32_t spinsFor(std::uint32_t workerCount) {
  // Up to about 100 microseconds of `pause`: longer than the gap between two decode steps, short
  // enough to cost nothing noticeable.
  constexpr std::uint32_t patience = 2000;
  return workerCount == 1 || workerCount > undisturbedProcessors() ? 0 : patience;
}

WorkerTeam::WorkerTeam(std::uint32_t workerCount)
    : count(workerCount), spins(spinsFor(workerCount)), mailboxes(workerCount - 1) {
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
  for (std::uint32_t worker = 1; worker < wanted; ++worker) {
    Mailbox &mailbox = mailboxes[worker - 1];
    ++mailbox.runs;
    mailbox.started.advance();
  }
  newFunction(newArgument, 0);
  for (std::uint32_t worker = 1; worker < wanted; ++worker) {
    Mailbox &mailbox = mailboxes[worker - 1];
    mailbox.ended.waitFor(mailbox.runs, spins);
  }
}

void WorkerTeam::serve(void *given) {
  Mailbox &mailbox = *static_cast<Mailbox *>(given);
  const WorkerTeam &team = *mailbox.team;
  for (std::uint32_t run = 1;; ++run) {
    mailbox.started.waitFor(run, team.spins);
    if (!team.function)
      return;
    team.function(team.argument, mailbox.worker);
    mailbox.ended.advance();
  }
}

} // namespace transept::runtime
