// SPDX-License-Identifier: Apache-2.0
//
// What every launch of a model writes, while it works: to find the first number that is wrong.
//
//     transept::Observer observer(model, [](const transept::Observation &observation) {
//       std::cout << observation.label << ": " << observation.rows << " rows\n";
//     });
//     model.encode(ids);
#ifndef TRANSEPT_OBSERVE_H
#define TRANSEPT_OBSERVE_H

#include "transept/model.h"

#include <cstddef>
#include <functional>

namespace transept {

/// One launch of a program that has just been done. Everything here is valid during the call.
struct Observation {
  bool isEncode = false;  // of the program encode; else of decode
  std::size_t launch = 0; // its number in the program
  std::string_view label; // the operation of the graph
  std::uint64_t rows = 0; // that it worked on
  const transept_invocation *invocation = nullptr;

  /// Those of them that belong to a sequence: the frames of silence behind a sound do not.
  std::uint64_t sequenceRows() const {
    bool isOfAll = rows == std::uint64_t(invocation->row_count);
    return isOfAll ? std::uint64_t(invocation->sequence_offsets[invocation->sequence_count]) : rows;
  }

  /// The first number of row `row` of a buffer: rows of `stride` numbers, from `offset` bytes a
  /// row of the program and of its spare rows (transept::story has all of these).
  const float *rowOf(std::uint64_t offset, std::uint64_t stride, std::uint64_t row,
                     std::uint64_t spareRows = 0) const {
    auto bytes = static_cast<const std::byte *>(invocation->arena);
    bytes += offset * (std::uint64_t(invocation->row_count) + spareRows);
    return reinterpret_cast<const float *>(bytes) + row * stride;
  }
};

/// Calls a function for each launch of a model's programs, in order and one at a time, as long as
/// this object lives. One at a time for a model; the model must not be used inside of the function.
/// An exception of the function ends the call on the model with Error, once its program is done.
/// Programs take longer meanwhile, and nothing when there is no observer.
class Observer {
public:
  Observer(const Model &model, std::function<void(const Observation &)> function)
      : state(std::make_unique<State>(State{model, std::move(function)})) {
    if (runtime().structure_size < offsetof(transept_runtime, set_observer) + sizeof(void *))
      throw Error(ErrorCode::Unsupported,
                  "this library was compiled by an older transept: its runtime lets nobody look at "
                  "launches");
    runtime().set_observer(state->model.opened().model(), call, state.get());
  }
  Observer(const Observer &) = delete;
  Observer &operator=(const Observer &) = delete;
  ~Observer() { runtime().set_observer(state->model.opened().model(), nullptr, nullptr); }

private:
  struct State {
    Model model;
    std::function<void(const Observation &)> function;
  };

  const transept_runtime &runtime() const { return state->model.opened().runtime(); }

  static void call(void *context, const transept_program *program, std::uint64_t launch,
                   const transept_invocation *invocation, std::uint64_t rows) {
    const State &state = *static_cast<const State *>(context);
    state.function({.isEncode = program == state.model.level().encode,
                    .launch = launch,
                    .label = program->launches[launch].label,
                    .rows = rows,
                    .invocation = invocation});
  }

  std::unique_ptr<State> state;
};

} // namespace transept

#endif
