// SPDX-License-Identifier: Apache-2.0
//
// Runs of W workers that share evenly take as long as one worker needs, W times over, once the
// first sleeps for all but 1 / W of their time.

#include "runtime/threads/Attendance.h"

#include <algorithm>
#include <utility>

namespace transept::runtime {
namespace {

using namespace std::chrono_literals;
using Clock = Attendance::Clock;

/// Of runs, before they are judged: some slices of the system's scheduler. What another program
/// does for a moment, such as to spin after its own work, lasts shorter than those of the first
/// judgement.
constexpr Clock::duration firstPatience = 16ms, patience = 4ms;
/// Lateness and chances that fail have cost about the time that they took: so many times that is
/// how long the next chance waits, at least; little after the first lateness, which may have passed
/// already. Each failure in a row doubles it up to longestPause.
constexpr int pausePerLateness = 4, pausePerChance = 32;
constexpr Clock::duration longestPause = 2s;
/// Workers that have slept for so long may take some time to wake, on processors that have been
/// idle: that lateness says nothing of the runs that follow.
constexpr Clock::duration longSleep = 40ms, wakeTime = 2ms;

} // namespace

Attendance::Attendance(std::uint32_t workerCount) {
  for (; workerCount > 1; workerCount /= 2)
    counts.push_back(workerCount);
  counts.push_back(1);
}

std::uint32_t Attendance::workersFor(Clock::time_point now) {
  isCold = now - lastEnd > longSleep;
  if (place != 0 && now >= nextChance) {
    --place;
    isChance = isCold = true;
    watched = slept = {};
  }
  return counts[place];
}

void Attendance::record(Clock::time_point end, Clock::duration duration, Clock::duration asleep) {
  lastEnd = end;
  watched += duration;
  slept += isCold ? std::max(asleep - wakeTime, Clock::duration::zero()) : asleep;
  if (counts[place] == 1 || watched < (isChance ? patience : firstPatience))
    return;
  if (slept * counts[place] > watched * (counts[place] - 1))
    return leaveOut(end);
  watched = slept = {};
  if (!std::exchange(isChance, false))
    return;
  pause /= 2;
  nextChance = end; // for still more workers
}

void Attendance::leaveOut(Clock::time_point now) {
  pause = std::max(std::min(2 * pause, longestPause),
                   (isChance ? pausePerChance : pausePerLateness) * watched);
  nextChance = now + pause;
  isChance = false;
  ++place;
  watched = slept = {};
}

} // namespace transept::runtime
