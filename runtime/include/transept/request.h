// SPDX-License-Identifier: Apache-2.0
//
// Generations without a thread that waits for each of them:
//
//     std::vector<transept::Request> requests;
//     for (const std::vector<transept::Id> &ids : sources)
//       requests.push_back(model.submit(ids, {.beams = 4}));
//     for (transept::Request &request : requests)
//       use(request.get().front().ids());
//
// All calls and requests on a model share its steps (docs/scheduling.md); results are those of
// generate.
#ifndef TRANSEPT_REQUEST_H
#define TRANSEPT_REQUEST_H

#include "transept/detail/GenerationOptions.h"
#include "transept/detail/Generations.h"

#include <functional>

namespace transept {

enum class RequestState : std::uint32_t {
  Encoding = TRANSEPT_REQUEST_ENCODING, ///< its sources are encoded, or wait for that
  Waiting = TRANSEPT_REQUEST_WAITING,   ///< a source waits for room in a step
  Running = TRANSEPT_REQUEST_RUNNING,
  Ended = TRANSEPT_REQUEST_ENDED
};

/// What Model::submit returns. One thread at a time may use it. Destroying it cancels what has not
/// ended, and waits until it has: a step at most.
class Request {
public:
  /// A request that was moved from only can be assigned and destroyed.
  Request(Request &&) = default;
  Request &operator=(Request &&) = default;

  /// Waits for the end; the results of each source, in order, once. Throws Error, or what a
  /// callback threw, where that ended the request.
  std::vector<Generation> get() {
    transept_results *results = nullptr;
    try {
      state->library->call(state->library->runtime().take_results, state->handle, &results);
    } catch (const Error &) {
      state->converted.rethrow();
      throw;
    }
    std::vector<Generation> generations =
        detail::generationsOf(*state->library, results, state->sourceCount);
    state->converted.rethrow();
    return generations;
  }

  /// Whether it has ended by now, or does so within `patience`.
  bool waitFor(std::chrono::microseconds patience) const {
    auto count = std::uint64_t(std::max<std::int64_t>(0, patience.count()));
    return state->library->runtime().wait_request(state->handle, count) != 0;
  }

  /// Ends it within a step: get() then throws Error (Cancelled), or returns what there is where
  /// GenerateOptions::keepPartial asks for that.
  void cancel() { state->library->runtime().cancel_request(state->handle); }

  RequestState progress() const { return RequestState(view().state); }
  /// While one of its sources waits for room: how many of all sources come before it.
  std::size_t ahead() const { return std::size_t(view().ahead); }

private:
  friend class Model;

  struct State {
    State(std::shared_ptr<const detail::OpenLibrary> library, std::size_t sourceCount,
          const GenerateOptions &given, std::function<void()> onEnded)
        : library(std::move(library)), sourceCount(sourceCount), options(given),
          onEnded(std::move(onEnded)), converted(options, sourceCount) {}
    State(const State &) = delete;
    ~State() {
      if (!handle)
        return;
      const transept_runtime &runtime = library->runtime();
      runtime.cancel_request(handle);
      runtime.wait_request(handle, UINT64_MAX);
      runtime.release_request(handle);
    }

    /// The function may destroy the request.
    static void callEnded(void *state) {
      std::function<void()> function = std::move(static_cast<State *>(state)->onEnded);
      function();
    }

    std::shared_ptr<const detail::OpenLibrary> library;
    std::size_t sourceCount;
    GenerateOptions options;
    std::function<void()> onEnded;
    detail::GenerationOptions converted; // of options
    transept_request *handle = nullptr;
  };

  explicit Request(std::unique_ptr<State> state) : state(std::move(state)) {}

  transept_request_view view() const {
    transept_request_view result{};
    state->library->runtime().view_request(state->handle, &result);
    return result;
  }

  std::unique_ptr<State> state;
};

} // namespace transept

#endif
