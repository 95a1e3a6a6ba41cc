// SPDX-License-Identifier: Apache-2.0
//
// The step loop, and who takes part in it.

#include "runtime/schedule/Scheduler.h"

#include "runtime/base/Durations.h"
#include "runtime/base/Messages.h"
#include "runtime/decode/Limits.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

namespace transept::runtime {

Schedule scheduleOf(const transept_generation_options *options) {
  Schedule schedule;
  if (!options)
    return schedule;
  schedule.caller = options->caller;
  if (std::bit_cast<std::uint32_t>(options->weight) != TRANSEPT_UNSET_FRACTION_BITS) {
    if (!(options->weight > 0) || std::isinf(options->weight))
      failArgument("weight", options->weight, "a number above 0");
    schedule.weight = double(options->weight);
  }
  if (options->priority != TRANSEPT_UNSET)
    schedule.priority = options->priority;
  if (options->deadline_microseconds != 0)
    schedule.deadline =
        Schedule::Clock::now() + boundedMicroseconds(options->deadline_microseconds);
  return schedule;
}

GeneratedSequences Scheduler::generate(std::span<transept_source *const> sources,
                                       const transept_generation_options *options) {
  Generation generation(engine, sources.size(), options);
  generation.setSources(sources);
  Call call(generation, options);
  if (sources.empty())
    return {};
  {
    Guard guard(mutex);
    work.makeRoom();
    arrived.push_back(&call);
    work.attend(guard, call, [&](Guard &held) { step(held, &call); });
  }
  if (call.failure)
    std::rethrow_exception(call.failure);
  return generation.take();
}

void Scheduler::addStatistics(transept_statistics &statistics) const {
  statistics.decode_steps = steps.load(std::memory_order_relaxed);
  statistics.decode_sequences = sequences.load(std::memory_order_relaxed);
}

void Scheduler::start(Call &call) {
  Guard guard(mutex);
  arrived.push_back(&call);
  work.announce();
}

void Scheduler::reside() {
  Guard guard(mutex);
  work.reside(
      guard, resident, [this] { return !calls.empty() || !arrived.empty(); },
      [this](Guard &held) { step(held, nullptr); });
}

void Scheduler::endResidence() {
  Guard guard(mutex);
  SharedWork::finish(resident);
}

/// Does a part of a call's work; what it throws ends the call, and concerns no other.
template <typename Work> void Scheduler::guarded(Call &call, Work &&work) {
  try {
    work();
  } catch (...) {
    end(call, std::current_exception());
  }
}

/// Its searches stay until release(), because a batch may still point into them.
void Scheduler::end(Call &call, std::exception_ptr error) {
  if (call.hasEnded)
    return;
  call.hasEnded = true;
  call.error = std::move(error);
}

/// Gives up what a call that has ended holds; of one that keeps partial results, after taking them.
void Scheduler::release(Call &call) {
  if (call.error && call.generation.keepsPartial(call.error)) {
    call.error = nullptr;
    try {
      call.generation.endEarly();
    } catch (...) {
      call.error = std::current_exception();
    }
  }
  call.generation.abandon();
}

void Scheduler::step(Guard &guard, Call *own) {
  receive(guard);
  guard.unlock();
  endStopped(own);
  admit();
  decode();
  countAhead();
  settle(guard);
}

/// Where there is no memory for a newcomer, that is its error.
void Scheduler::receive(Guard &guard) {
  while (!arrived.empty()) {
    Call &call = *arrived.front();
    arrived.pop_front();
    call.arrival = ++arrivals;
    call.flow = call.schedule.caller != 0 ? call.schedule.caller : ~call.arrival;
    guarded(call, [&] {
      waitingCalls.reserve(calls.size() + 1);
      calls.reserve(calls.size() + 1);
      order.enter(call.flow);
      // Calls that share a part of the vocabulary, or all of it, stand together: a step searches it
      // once for them.
      auto place = std::ranges::upper_bound(
          calls, call.generation.vocabularyOrder(), {},
          [](const Call *each) { return each->generation.vocabularyOrder(); });
      calls.insert(place, &call);
    });
    if (call.hasEnded)
      tell(call, guard);
  }
}

/// The end of a call, which may be gone then.
void Scheduler::tell(Call &call, Guard &guard) {
  if (!call.whenEnded)
    return SharedWork::finish(call, call.error);
  call.failure = call.error;
  guard.unlock();
  call.whenEnded(call);
  guard.lock();
}

void Scheduler::endStopped(Call *own) {
  auto soonestEnd = Schedule::Clock::now() + stepTime;
  for (Call *call : calls)
    guarded(*call, [&] {
      call->isAskedHere = call == own || !call->isAttended();
      if (call->isAskedHere)
        call->askToStop();
      if (call->isStopped.load(std::memory_order_acquire))
        std::rethrow_exception(call->stopError);
      if (call->isCancelled.load(std::memory_order_relaxed))
        fail(ErrorCode::Cancelled, "the request was cancelled");
      if (call->schedule.deadline < soonestEnd)
        fail(ErrorCode::DeadlineExceeded, "the deadline of the call has passed, or comes before "
                                          "its next step could end");
    });
  // Before others begin, so that its pages are theirs.
  for (Call *call : calls)
    if (call->hasEnded)
      release(*call);
}

namespace {

/// A transept_stop_function for the pieces of a long beginning; the context is a call.
std::int32_t isToStop(void *context) {
  auto &call = *static_cast<Scheduler::Call *>(context);
  if (call.isAskedHere)
    call.askToStop();
  return call.isStopped.load(std::memory_order_relaxed) ||
         call.isCancelled.load(std::memory_order_relaxed);
}

} // namespace

/// What takes part in a step, or would.
struct Scheduler::Load {
  std::int64_t rows = 0, sequences = 0, limit = INT64_MAX; // of the sequences
  std::uint64_t pages = 0;

  void add(const Generation &generation, int sign) {
    rows += sign * generation.pendingRows();
    sequences += sign * generation.sequences();
    pages += std::uint64_t(sign) * generation.pages();
    if (generation.sequences() != 0)
      limit = std::min(limit, generation.sequenceLimit());
  }
  bool hasRoomFor(const Generation &next, std::uint64_t pageLimit) const {
    return sequences + next.sequencesOfNext() <= std::min(limit, next.sequenceLimit()) &&
           rows < rowsPerInvocation && pages + next.pagesOfNext() <= pageLimit;
  }
};

/// Lets sources join while rows, sequences and pages of those that run stay within bounds. Who
/// comes next waits for room, so that smaller ones cannot pass it for ever.
void Scheduler::admit() {
  Load load;
  for (const Call *call : calls)
    if (!call->hasEnded)
      load.add(call->generation, 1);
  while (Call *call = nextToBegin()) {
    Generation &next = call->generation;
    if (load.sequences != 0 && !load.hasRoomFor(next, engine.pages.limit()))
      return;
    order.charge(call->flow, double(next.sequencesOfNext()) / call->schedule.weight);
    load.add(next, -1);
    guarded(*call, [&] { next.beginNext(batch, load.rows, {isToStop, call}); });
    if (next.isDone())
      end(*call);
    if (call->hasEnded)
      release(*call);
    else
      load.add(next, 1);
  }
}

/// What comes first is smaller.
std::tuple<double, std::int64_t, std::uint64_t> Scheduler::keyOf(const Call &call) const {
  return {order.clockOf(call.flow), -std::int64_t(call.schedule.priority), call.arrival};
}

Scheduler::Call *Scheduler::nextToBegin() const {
  Call *best = nullptr;
  for (Call *call : calls)
    if (!call->hasEnded && call->generation.hasWaiting() && (!best || keyOf(*call) < keyOf(*best)))
      best = call;
  return best;
}

/// One step of all sources that run.
void Scheduler::decode() {
  auto start = Schedule::Clock::now();
  batch.setStop({});
  batch.clear();
  for (Call *call : calls)
    if (!call->hasEnded)
      guarded(*call, [&] {
        sequences.fetch_add(std::uint64_t(call->generation.sequences()), std::memory_order_relaxed);
        call->generation.addRows(batch);
      });
  try {
    batch.run();
  } catch (...) {
    for (Call *call : calls)
      if (call->generation.sequences() != 0)
        end(*call, std::current_exception());
  }
  for (Call *call : calls)
    if (!call->hasEnded) {
      guarded(*call, [&] { call->generation.advance(batch); });
      if (call->generation.isDone())
        end(*call);
    }
  // Follows faster steps at once and slower ones slowly: one that was disturbed says little.
  auto took = Schedule::Clock::now() - start;
  stepTime = std::min(took, (3 * stepTime + took) / 4);
  steps.fetch_add(batch.rowCount() != 0, std::memory_order_relaxed);
}

/// Tells those that ask how many sources come before their next one.
void Scheduler::countAhead() {
  waitingCalls.clear();
  for (Call *call : calls)
    if (call->generation.hasWaiting() && !call->hasEnded)
      waitingCalls.push_back(call);
    else
      call->ahead.store(-1, std::memory_order_relaxed);
  std::sort(waitingCalls.begin(), waitingCalls.end(),
            [&](const Call *left, const Call *right) { return keyOf(*left) < keyOf(*right); });
  std::int64_t ahead = 0;
  for (Call *call : waitingCalls) {
    call->ahead.store(ahead, std::memory_order_relaxed);
    ahead += call->generation.waitingCount();
  }
}

/// Takes those that have ended out, and tells who waits for them.
void Scheduler::settle(Guard &guard) {
  auto goesOn = [](const Call *call) { return !call->hasEnded; };
  auto ended = calls.end();
  if (!std::all_of(calls.begin(), calls.end(), goesOn)) // most steps end none
    ended = std::stable_partition(calls.begin(), calls.end(), goesOn);
  for (Call *call : std::span(ended, calls.end())) {
    order.leave(call->flow);
    release(*call);
  }
  guard.lock();
  for (Call *call : std::span(ended, calls.end()))
    tell(*call, guard);
  calls.erase(ended, calls.end());
}

} // namespace transept::runtime
