// SPDX-License-Identifier: Apache-2.0
//
// Decodes what many callers wait for in common steps (continuous batching): the sources of all
// calls share each invocation, join it after any step and leave it when they are done. Each keeps
// its own search, options, callbacks and errors; results are the same as alone.
#ifndef TRANSEPT_RUNTIME_SCHEDULE_SCHEDULER_H
#define TRANSEPT_RUNTIME_SCHEDULE_SCHEDULER_H

#include "runtime/decode/Generation.h"
#include "runtime/schedule/FairOrder.h"
#include "runtime/threads/SharedWork.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <tuple>

namespace transept::runtime {

/// How a call stands among others.
struct Schedule {
  using Clock = std::chrono::steady_clock;

  std::uint64_t caller = 0;  // calls of one caller share its part of the steps; 0: a caller alone
  double weight = 1;         // of the caller's part
  std::int32_t priority = 0; // among the caller's own calls, the higher the sooner
  Clock::time_point deadline = Clock::time_point::max();
};

/// What options say of it. Throws Error.
Schedule scheduleOf(const transept_generation_options *options);

class Scheduler {
public:
  /// A call that takes part in the steps. It stays where it is until it has ended.
  struct Call : SharedWorkCaller {
    /// `options` may be null.
    Call(Generation &generation, const transept_generation_options *options)
        : generation(generation), schedule(scheduleOf(options)) {
      if (options)
        stop = {options->should_stop, options->should_stop_context};
    }

    Generation &generation;
    Schedule schedule;
    /// Tells one who does not wait that the call has ended, without any lock; may free the call.
    void (*whenEnded)(Call &call) = nullptr;
    bool isAttended() const { return whenEnded == nullptr; }
    bool isAskedHere = false; // by whoever leads, whether it stops: its own call, or nobody's
    std::atomic<bool> isCancelled{false};
    std::atomic<std::int64_t> ahead{-1}; // sources that come before its next one; -1: none waits

  private:
    friend class Scheduler;
    std::uint64_t flow = 0;
    std::uint64_t arrival = 0;
    bool hasEnded = false;
    std::exception_ptr error;
  };

  explicit Scheduler(Engine &engine) : engine(engine), batch(engine) {}
  Scheduler(const Scheduler &) = delete;
  Scheduler &operator=(const Scheduler &) = delete;

  /// The sequences of each source, best first; the calling thread may run the steps of other calls
  /// meanwhile, their callbacks included. `options` may be null. Throws Error.
  GeneratedSequences generate(std::span<transept_source *const> sources,
                              const transept_generation_options *options);

  /// Adds the decode_* fields.
  void addStatistics(transept_statistics &statistics) const;

  /// Lets a call with `whenEnded` take part; whoever leads, or resides, runs its steps.
  void start(Call &call);
  /// Runs steps where nobody else would, until endResidence() is called by another thread.
  void reside();
  void endResidence();

private:
  using Guard = std::unique_lock<std::mutex>;
  struct Load;

  /// On a thread that attends `own`, or nothing.
  void step(Guard &guard, Call *own);
  void receive(Guard &guard);
  void tell(Call &call, Guard &guard);
  void endStopped(Call *own);
  void admit();
  std::tuple<double, std::int64_t, std::uint64_t> keyOf(const Call &call) const;
  Call *nextToBegin() const;
  void decode();
  void countAhead();
  void settle(Guard &guard);
  static void end(Call &call, std::exception_ptr error = {});
  static void release(Call &call);
  template <typename Work> static void guarded(Call &call, Work &&work);

  Engine &engine;
  std::mutex mutex;
  SharedWork work;
  std::deque<Call *> arrived;
  SharedWorkCaller resident;

  // Of the leader.
  DecodeBatch batch;
  FairOrder order;
  std::vector<Call *> calls, waitingCalls;
  std::uint64_t arrivals = 0;
  Schedule::Clock::duration stepTime{}; // of a step, about
  std::atomic<std::uint64_t> steps{0}, sequences{0};
};

} // namespace transept::runtime

#endif
