// SPDX-License-Identifier: Apache-2.0
//
// Adds up what the launches of one program took and moved. Generated code writes time stamps when
// it is given a place for them, and does nothing else when it is not.
#ifndef TRANSEPT_RUNTIME_THREADS_PROGRAMPROFILE_H
#define TRANSEPT_RUNTIME_THREADS_PROGRAMPROFILE_H

#include "transept/abi.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace transept::runtime {

class ProgramProfile {
public:
  /// `table` says how features become rows; both must outlive this.
  ProgramProfile(const transept_model_table &table, const transept_program &program,
                 std::uint32_t workerCount);

  const transept_program &program() const { return *measured; }

  /// Around one run of the program.
  void begin(transept_invocation &invocation);
  void end(const transept_invocation &invocation);

  transept_program_profile summary() const;
  transept_launch_profile launch(std::uint64_t index) const;

private:
  struct Launch {
    std::uint64_t ticks = 0, longestTicks = 0;
    std::uint64_t weightBytes = 0, keyBytes = 0, rowBytes = 0, operations = 0;
  };

  void addTimes(std::uint64_t runTicks);
  std::uint64_t nanosecondsOf(std::uint64_t duration) const;

  const transept_model_table *table;
  const transept_program *measured;
  std::uint64_t workerCount;
  std::vector<std::uint64_t> times; // [workerCount, launch_count + 1]
  std::vector<Launch> launches;
  std::uint64_t invocations = 0, rows = 0;
  // The time-stamp counter beside the clock tells how long a tick is.
  std::chrono::steady_clock::time_point startTime;
  std::uint64_t startTicks = 0, ticks = 0, nanoseconds = 0;
};

} // namespace transept::runtime

#endif
