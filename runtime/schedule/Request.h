// SPDX-License-Identifier: Apache-2.0
//
// A generation without a thread that waits for it: its sources are encoded, then it takes part in
// the steps, then whoever asks gets its results.
#ifndef TRANSEPT_RUNTIME_SCHEDULE_REQUEST_H
#define TRANSEPT_RUNTIME_SCHEDULE_REQUEST_H

#include "runtime/engine/EncodeSources.h"
#include "runtime/schedule/Scheduler.h"

#include <condition_variable>
#include <optional>
#include <thread>

namespace transept::runtime {

/// Who is told of the end; `call` may be null.
struct EndListener {
  transept_ended_function call = nullptr;
  void *context = nullptr;
};

class Request {
public:
  /// Checks inputs and options, and keeps what it needs of them. Throws Error.
  Request(const std::shared_ptr<Engine> &engine, std::span<const transept_source_input> inputs,
          const transept_generation_options *options, EndListener listener);
  Request(const Request &) = delete;
  Request &operator=(const Request &) = delete;

  // For whoever made it; from any thread.

  /// Ends it within a step.
  void cancel() { call.isCancelled.store(true, std::memory_order_relaxed); }
  /// Returns whether it has ended by then; at once, or after so long, or (nothing given) in the
  /// end.
  bool wait(std::optional<std::chrono::microseconds> patience);
  /// The results; of one that has ended, once. Throws what ended it otherwise.
  GeneratedSequences take();
  transept_request_view view() const;

  // For Submissions.

  std::uint64_t rows() const;
  bool isCancelled() const { return call.isCancelled.load(std::memory_order_relaxed); }
  bool isLate() const { return call.schedule.deadline < Schedule::Clock::now(); }
  std::vector<GivenSource> &given() { return givenSources; }
  /// Takes part in the steps from now on, over the encoded sources; `whenEnded` is called then.
  void start(Scheduler &scheduler, std::vector<SourceReference> &&encoded,
             void (*whenEnded)(void *context, Request &request), void *context);
  /// The end, with what went wrong or nothing.
  void end(std::exception_ptr failure);

private:
  bool isOver() const;

  struct Call : Scheduler::Call {
    Call(Request &request, const transept_generation_options *options)
        : Scheduler::Call(*request.generation, options), request(request) {}
    Request &request;
  };

  const std::shared_ptr<Engine> engine;
  const EndListener listener;
  std::vector<GivenSource> givenSources;
  std::vector<SourceReference> sources;
  std::vector<transept_source *> handles; // of sources
  std::optional<Generation> generation;   // until the end
  Call call;
  void (*whenEnded)(void *context, Request &request) = nullptr;
  void *whenEndedContext = nullptr;

  mutable std::mutex mutex; // of what follows
  std::condition_variable ended;
  bool hasStarted = false, hasEnded = false;
  bool isTold = false;           // whether the listener has returned
  std::thread::id tellsListener; // whose callback may use the request
  GeneratedSequences results;
  std::exception_ptr failure;
};

} // namespace transept::runtime

#endif
