// SPDX-License-Identifier: Apache-2.0
//
// How many workers the runs of a model are shared among. A worker that other programs keep from its
// processor is late at every barrier, and waiting for it costs more than its share of the work is
// worth: it is left out for a while.
#ifndef TRANSEPT_RUNTIME_THREADS_ATTENDANCE_H
#define TRANSEPT_RUNTIME_THREADS_ATTENDANCE_H

#include <chrono>
#include <cstdint>
#include <vector>

namespace transept::runtime {

/// Used by whoever has the turn to run. Results do not depend on what it says: bits are the same
/// for any number of workers.
class Attendance {
public:
  using Clock = std::chrono::steady_clock;

  /// All of `workerCount` >= 1 workers attend, until runs show otherwise.
  explicit Attendance(std::uint32_t workerCount);

  /// How many workers the run that begins at `now` takes: all, half of them, ..., or one.
  std::uint32_t workersFor(Clock::time_point now);

  /// That run took `duration`, of which worker 0 slept at barriers for `asleep`.
  void record(Clock::time_point end, Clock::duration duration, Clock::duration asleep);

private:
  void leaveOut(Clock::time_point now);

  std::vector<std::uint32_t> counts;  // falling
  std::size_t place = 0;              // in counts
  Clock::duration watched{}, slept{}; // of the runs since the last change
  bool isChance = false;              // more workers than before, on trial
  bool isCold = true;                 // workers have slept before the run
  Clock::time_point lastEnd{};
  Clock::duration pause{}; // before more workers get another chance
  Clock::time_point nextChance{};
};

} // namespace transept::runtime

#endif
