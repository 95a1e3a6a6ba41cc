// SPDX-License-Identifier: Apache-2.0
//
// Weights and cached keys come from memory, or from the cache that holds all of them together; rows
// come from the launch before, so they lie in the nearer caches. A launch reads while it computes.

#include "compiler/driver/ProfileReport.h"

#include "compiler/driver/BenchReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::driver {

using Json = nlohmann::ordered_json;

std::vector<LaunchFigure> figuresOf(const ProgramProfile &profile, const MachineLimits &limits) {
  std::vector<LaunchFigure> figures;
  auto runs = double(std::max<uint64_t>(1, profile.invocations));
  for (const LaunchProfile &launch : profile.launches) {
    if (launch.isBarrier() && !figures.empty()) {
      figures.back().waitingSeconds += launch.seconds / runs;
      continue;
    }
    double memory = (launch.weightBytes + launch.keyBytes) / limits.readBytes +
                    launch.rowBytes / limits.cachedBytes;
    double arithmetic = launch.operations / limits.operations(launch.arithmetic);
    figures.push_back({.label = std::string(launch.label),
                       .kind = std::string(launch.kind),
                       .seconds = launch.seconds / runs,
                       .longestSeconds = launch.longestSeconds / runs,
                       .bytes = (launch.weightBytes + launch.keyBytes + launch.rowBytes) / runs,
                       .operations = launch.operations / runs,
                       .leastSeconds = std::max(memory, arithmetic) / runs,
                       .isBoundByMemory = memory > arithmetic});
  }
  return figures;
}

LaunchFigure WorkloadProfile::total() const {
  LaunchFigure sum;
  sum.label = "all launches";
  for (const LaunchFigure &launch : launches) {
    sum.seconds += launch.seconds;
    sum.longestSeconds += launch.longestSeconds;
    sum.waitingSeconds += launch.waitingSeconds;
    sum.bytes += launch.bytes;
    sum.operations += launch.operations;
    sum.leastSeconds += launch.leastSeconds;
  }
  return sum;
}

void printJson(const ProfileReport &report) {
  Json workloads = Json::array();
  for (const WorkloadProfile &profile : report.workloads) {
    Json launches = Json::array();
    for (const LaunchFigure &launch : profile.launches)
      launches.push_back({{"label", launch.label},
                          {"kind", launch.kind},
                          {"seconds", launch.seconds},
                          {"share", launch.seconds / profile.seconds},
                          {"longest_seconds", launch.longestSeconds},
                          {"waiting_seconds", launch.waitingSeconds},
                          {"bytes", launch.bytes},
                          {"operations", launch.operations},
                          {"bound_by", launch.isBoundByMemory ? "memory" : "arithmetic"},
                          {"fraction_of_limit", launch.fraction()}});
    LaunchFigure total = profile.total();
    workloads.push_back(
        {{"program", profile.program},
         {"workload", profile.workload},
         {"rows", profile.rows},
         {"seconds", profile.seconds},
         {"launch_seconds", total.seconds},
         {"waiting_seconds", total.waitingSeconds},
         {"start_and_end_seconds", profile.seconds - total.seconds - total.waitingSeconds},
         {"launches", launches}});
  }
  Json object = {{"library", report.library},       {"name", report.model},
                 {"level", report.level},           {"threads", report.threads},
                 {"limits", toJson(report.limits)}, {"workloads", workloads}};
  fmt::print("{}\n", object.dump());
}

namespace {

void printLine(const LaunchFigure &launch, const WorkloadProfile &profile, size_t width,
               const char *bound) {
  fmt::print("{:<{}}  {:<15}{:>10.1f}{:>7.1f} %{:>9.1f}{:>10.2f}{:>10.1f}  {:<11}{:>6.0f} %\n",
             launch.label, width, launch.kind, launch.seconds * 1e6,
             launch.seconds / profile.seconds * 100, launch.waitingSeconds * 1e6,
             launch.bytes / 1e6, launch.operations / 1e6, bound, launch.fraction() * 100);
}

void printWorkload(const WorkloadProfile &profile) {
  size_t width = 12;
  for (const LaunchFigure &launch : profile.launches)
    width = std::max(width, launch.label.size());
  fmt::print("\n{}: {:.1f} us a run\n", profile.workload, profile.seconds * 1e6);
  fmt::print("{:<{}}  {:<15}{:>10}{:>9}{:>9}{:>10}{:>10}  {:<11}{:>8}\n", "", width, "", "us",
             "share", "wait us", "MB", "Mop", "bound by", "limit");
  for (const LaunchFigure &launch : profile.launches)
    printLine(launch, profile, width, launch.isBoundByMemory ? "memory" : "arithmetic");
  LaunchFigure total = profile.total();
  printLine(total, profile, width, "");
  double rest = profile.seconds - total.seconds - total.waitingSeconds;
  fmt::print("waiting at barriers {:.1f} us ({:.1f} %), start and end {:.1f} us ({:.1f} %)\n",
             total.waitingSeconds * 1e6, total.waitingSeconds / profile.seconds * 100, rest * 1e6,
             rest / profile.seconds * 100);
}

} // namespace

void printTable(const ProfileReport &report) {
  fmt::print("{} as {}, {} thread(s). {}\n", report.model, report.level, report.threads,
             toText(report.limits));
  for (const WorkloadProfile &profile : report.workloads)
    printWorkload(profile);
  fmt::print("\nTimes are means of the workers; wait is the time at the barrier behind a launch, "
             "limit the fraction reached of what binds it.\n");
}

} // namespace transept::driver
