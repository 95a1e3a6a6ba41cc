// SPDX-License-Identifier: Apache-2.0
//
// What `transept bench --profile` prints: for each workload, the launches of its program with what
// they took, what they needed, and how near they came to the limit that binds them.

#ifndef TRANSEPT_WORKBENCH_MEASURE_PROFILEREPORT_H
#define TRANSEPT_WORKBENCH_MEASURE_PROFILEREPORT_H

#include "workbench/measure/MachineLimits.h"

#include "transept/profile.h"

#include <algorithm>
#include <string>
#include <vector>

namespace transept::workbench {

/// One launch in one run of the program, and the barrier after it.
struct LaunchFigure {
  std::string label, kind;
  double seconds = 0;        // mean of the workers
  double longestSeconds = 0; // of the slowest worker
  double waitingSeconds = 0; // then, until all are there
  double elapsedSeconds = 0; // with all workers together, which limits are about
  double bytes = 0, operations = 0;
  /// By each of the limits. A launch reads while it computes, so that the larger one binds.
  double memorySeconds = 0, arithmeticSeconds = 0;
  /// What reading its bytes adds to a whole run, which reads those of all launches in turn: a
  /// launch by itself may find its few in a nearer cache.
  double memorySecondsInTurn = 0;

  bool isBoundByMemory() const { return memorySeconds > arithmeticSeconds; }
  double leastSeconds() const { return std::max(memorySeconds, arithmeticSeconds); }
  double fraction() const { return elapsedSeconds > 0 ? leastSeconds() / elapsedSeconds : 0; }
};

struct ProfiledRequest {
  size_t sources = 1, sourceTokens = 0; // of each source, on average; or its rows of features
  size_t hypotheses = 1;                // of each source
  size_t steps = 0;                     // of decode
};

struct WorkloadProfile {
  std::string program;  // encode or decode
  std::string workload; // for people
  ProfiledRequest request;
  uint64_t invocations = 0;
  double rows = 0;    // of one run
  double seconds = 0; // of one run, start and end included
  std::vector<LaunchFigure> launches = {};

  /// Sums over the launches.
  LaunchFigure total() const;
  /// Sums over the launches of each layer (decoder.layers.3), and each launch that is of none.
  std::vector<LaunchFigure> layers() const;
};

struct ProfileReport {
  std::string library, model, level;
  unsigned long threads = 0;
  MachineLimits limits;
  std::vector<WorkloadProfile> workloads;
};

/// Figures of one run, from what was measured over several; `reading` is that of the weights.
std::vector<LaunchFigure> figuresOf(const ProgramProfile &profile, const MachineLimits &limits,
                                    const MachineLimits::Reading &reading);

void printJson(const ProfileReport &report);
void printTable(const ProfileReport &report);
/// The same by layers, and then by launches.
void printLayersAndLaunches(const ProfileReport &report);

} // namespace transept::workbench

#endif
