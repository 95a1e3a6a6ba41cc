// SPDX-License-Identifier: Apache-2.0
//
// Runs of W workers that share evenly take as long as one worker needs, W times over, once the
// first sleeps for all but 1 / W of their time.

#include "runtime/threads/Attendance.h"

#include <algorithm>

namespace transept::runtime {
namespace {

using namespace std::chrono_literals;
using Clock = Attendance::Clock;

/// Of runs, before they are judged: some slices of the system's scheduler. What another program
/// does for a moment, such as to spin after its own work, lasts shorter than those of the first
/// judgement.
constexpr Clock::duration firstPatience = 16ms, patience = 4ms;
/// A chance that fails has cost about the time that it took: so many times that is how long the
/// next one waits, at least, and each failure in a row doubles it up to longestPause.
constexpr int pausePerChance = 32;
constexpr Clock::duration longestPause = 2s;

} // namespace

Attendance::Attendance(std::uint32_t workerCount) {
  for (; workerCount > 1; workerCount /= 2)
    counts.push_back(workerCount);
  counts.push_back(1);
}

std::uint32_t Attendance::workersFor(Clock::time_point now) {
  if (place != 0 && now >= nextChance) {
    --place;
    isChance = true;
    watched = slept = {};
  }
  return counts[place];
}

void Attendance::record(Clock::time_point end, Clock::duration duration, Clock::duration asleep) {
  watched += duration;
  slept += asleep;
  if (counts[place] == 1 || watched < (isChance ? patience : firstPatience))
    return;
  if (slept * counts[place] > watched * (counts[place] - 1))
    return leaveOut(end);
  pause /= 2;
  isChance = false;
  nextChance = end;
  watched = slept = {};
}

void Attendance::leaveOut(Clock::time_point now) {
  pause = std::max(std::min(2 * pause, longestPause), pausePerChance * watched);
  nextChance = now + pause;
  ++place;
  watched = slept = {};
}

} // namespace transept::runtime
