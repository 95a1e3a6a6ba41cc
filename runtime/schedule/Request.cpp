// SPDX-License-Identifier: Apache-2.0
//
// What happens to a request, in order.

#include "runtime/schedule/Request.h"

namespace transept::runtime {

Request::Request(const std::shared_ptr<Engine> &engine,
                 std::span<const transept_source_input> inputs,
                 const transept_generation_options *options, EndListener listener)
    : engine(engine), listener(listener), givenSources(packSources(engine->table, inputs)),
      generation(std::in_place, *engine, inputs.size(), options), call(*this, options) {}

std::uint64_t Request::rows() const {
  std::uint64_t total = 0;
  for (const GivenSource &source : givenSources)
    total += source.packed.positions.size();
  return total;
}

void Request::start(Scheduler &scheduler, std::vector<SourceReference> &&encoded,
                    void (*newWhenEnded)(void *context, Request &request), void *context) {
  sources = std::move(encoded);
  givenSources = {}; // the encoder's cache has them
  for (SourceReference &source : sources)
    handles.push_back(&*source);
  generation->setSources(handles);
  whenEnded = newWhenEnded;
  whenEndedContext = context;
  call.whenEnded = [](Scheduler::Call &ended) {
    Request &request = static_cast<Call &>(ended).request;
    request.end(ended.failure);
    request.whenEnded(request.whenEndedContext, request);
  };
  {
    std::lock_guard guard(mutex);
    hasStarted = true;
  }
  scheduler.start(call);
}

/// Sources and searches are given up before anybody is told, so that what they held is free then.
void Request::end(std::exception_ptr newFailure) {
  GeneratedSequences taken;
  try {
    if (!newFailure)
      taken = generation->take();
  } catch (...) {
    newFailure = std::current_exception();
  }
  generation.reset();
  sources.clear();
  {
    std::lock_guard guard(mutex);
    results = std::move(taken);
    failure = std::move(newFailure);
    hasEnded = true;
    tellsListener = std::this_thread::get_id();
  }
  try {
    if (listener.call)
      listener.call(listener.context);
  } catch (...) {
    // Nobody is left to tell.
  }
  std::lock_guard guard(mutex);
  isTold = true;
  ended.notify_all();
}

bool Request::isOver() const {
  return hasEnded && (isTold || tellsListener == std::this_thread::get_id());
}

bool Request::wait(std::optional<std::chrono::microseconds> patience) {
  std::unique_lock guard(mutex);
  auto isEnded = [&] { return isOver(); };
  if (patience)
    return ended.wait_for(guard, *patience, isEnded);
  ended.wait(guard, isEnded);
  return true;
}

GeneratedSequences Request::take() {
  wait({});
  if (failure)
    std::rethrow_exception(failure);
  return std::move(results);
}

transept_request_view Request::view() const {
  std::lock_guard guard(mutex);
  std::int64_t ahead = call.ahead.load(std::memory_order_relaxed);
  if (hasEnded)
    return {TRANSEPT_REQUEST_ENDED, 0, 0};
  if (!hasStarted)
    return {TRANSEPT_REQUEST_ENCODING, 0, 0};
  if (ahead >= 0)
    return {TRANSEPT_REQUEST_WAITING, 0, std::uint64_t(ahead)};
  return {TRANSEPT_REQUEST_RUNNING, 0, 0};
}

} // namespace transept::runtime
