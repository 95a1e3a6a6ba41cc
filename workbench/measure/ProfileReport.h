// SPDX-License-Identifier: Apache-2.0
//
// What `transept bench --profile` prints: for each workload, the launches of its program with what
// they took, what they needed, and how near they came to the limit that binds them.

#ifndef TRANSEPT_WORKBENCH_MEASURE_PROFILEREPORT_H
#define TRANSEPT_WORKBENCH_MEASURE_PROFILEREPORT_H

#include "workbench/measure/MachineLimits.h"

#include "transept/profile.h"

#include <string>
#include <vector>

namespace transept::workbench {

/// One launch in one run of the program, and the barrier after it.
struct LaunchFigure {
  std::string label, kind;
  double seconds = 0;        // mean of the workers
  double longestSeconds = 0; // of the slowest worker
  double waitingSeconds = 0; // then, until all are there
  double bytes = 0, operations = 0;
  double leastSeconds = 0; // by the limit that binds it
  bool isBoundByMemory = false;

  double fraction() const { return seconds > 0 ? leastSeconds / seconds : 0; }
};

struct ProfiledRequest {
  size_t sources = 1, sourceTokens = 0; // of each source, on average
  size_t hypotheses = 1;                // of each source
};

struct WorkloadProfile {
  std::string program;  // encode or decode
  std::string workload; // for people
  ProfiledRequest request;
  uint64_t invocations = 0;
  double rows = 0;    // of one run
  double seconds = 0; // of one run, start and end included
  std::vector<LaunchFigure> launches;

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

/// Figures of one run, from what was measured over several.
std::vector<LaunchFigure> figuresOf(const ProgramProfile &profile, const MachineLimits &limits);

void printJson(const ProfileReport &report);
void printTable(const ProfileReport &report);
/// The same by layers, and then by launches.
void printLayersAndLaunches(const ProfileReport &report);

} // namespace transept::workbench

#endif
