// SPDX-License-Identifier: Apache-2.0
//
// Weights and cached keys come from memory, or from the cache that holds all of them together; rows
// come from the launch before, so they lie in the nearer caches. A launch reads while it computes.

#include "workbench/measure/ProfileReport.h"

#include "workbench/measure/BenchReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

std::vector<LaunchFigure> figuresOf(const ProgramProfile &profile, const MachineLimits &limits,
                                    const MachineLimits::Reading &reading) {
  std::vector<LaunchFigure> figures;
  auto runs = double(std::max<uint64_t>(1, profile.invocations));
  for (const LaunchProfile &launch : profile.launches) {
    if (launch.isBarrier() && !figures.empty()) {
      figures.back().waitingSeconds += launch.seconds / runs;
      continue;
    }
    double streamed = launch.weightBytes + launch.keyBytes;
    double bytes = (streamed + launch.rowBytes) / runs;
    double ofRows = launch.rowBytes / limits.nearest(bytes, limits.rows).bytesPerSecond;
    double memory = ofRows + streamed / limits.nearest(bytes, reading).bytesPerSecond;
    double arithmetic =
        launch.operations > 0 ? launch.operations / limits.operations(launch.arithmetic) : 0;
    figures.push_back({.label = std::string(launch.label),
                       .kind = std::string(launch.kind),
                       .seconds = launch.seconds / runs,
                       .longestSeconds = launch.longestSeconds / runs,
                       .elapsedSeconds = launch.longestSeconds / runs,
                       .bytes = (launch.weightBytes + launch.keyBytes + launch.rowBytes) / runs,
                       .operations = launch.operations / runs,
                       .memorySeconds = memory / runs,
                       .arithmeticSeconds = arithmetic / runs,
                       .memorySecondsInTurn = (ofRows + streamed / reading.bytesPerSecond) / runs});
  }
  return figures;
}

/// Workers may be at two launches at once where no barrier lies between, so that a sum's time is
/// what passes for each of them, but no less than a launch takes from its first worker's start to
/// its last one's end; and one launch may read while another computes.
static void addTo(LaunchFigure &sum, const LaunchFigure &launch) {
  sum.seconds += launch.seconds;
  sum.longestSeconds += launch.longestSeconds;
  sum.waitingSeconds += launch.waitingSeconds;
  sum.bytes += launch.bytes;
  sum.operations += launch.operations;
  sum.elapsedSeconds += std::max(launch.elapsedSeconds, launch.seconds + launch.waitingSeconds);
  sum.memorySeconds += launch.memorySeconds;
  sum.arithmeticSeconds += launch.arithmeticSeconds;
  sum.memorySecondsInTurn += launch.memorySecondsInTurn;
}

LaunchFigure WorkloadProfile::total() const {
  LaunchFigure sum;
  sum.label = "all launches";
  for (const LaunchFigure &launch : launches)
    addTo(sum, launch);
  sum.memorySeconds = sum.memorySecondsInTurn;
  return sum;
}

/// decoder.layers.3 of decoder.layers.3.feed_forward.input; the whole label where it has no layer.
static std::string layerOf(const std::string &label) {
  constexpr std::string_view mark = ".layers.";
  size_t number = label.find(mark);
  if (number == std::string::npos)
    return label;
  number += mark.size();
  size_t end = label.find_first_not_of("0123456789", number);
  return end == number ? label : label.substr(0, end);
}

std::vector<LaunchFigure> WorkloadProfile::layers() const {
  std::vector<LaunchFigure> sums;
  for (const LaunchFigure &launch : launches) {
    std::string layer = layerOf(launch.label);
    if (sums.empty() || sums.back().label != layer)
      sums.push_back({.label = layer, .kind = layer == launch.label ? launch.kind : "layer"});
    addTo(sums.back(), launch);
  }
  return sums;
}

static Json jsonOf(const LaunchFigure &launch, double whole) {
  return {{"label", launch.label},
          {"kind", launch.kind},
          {"seconds", launch.seconds},
          {"share", launch.seconds / whole},
          {"longest_seconds", launch.longestSeconds},
          {"waiting_seconds", launch.waitingSeconds},
          {"bytes", launch.bytes},
          {"operations", launch.operations},
          {"bound_by", launch.isBoundByMemory() ? "memory" : "arithmetic"},
          {"fraction_of_limit", launch.fraction()}};
}

void printJson(const ProfileReport &report) {
  Json workloads = Json::array();
  for (const WorkloadProfile &profile : report.workloads) {
    Json launches = Json::array(), layers = Json::array();
    for (const LaunchFigure &launch : profile.launches)
      launches.push_back(jsonOf(launch, profile.seconds));
    for (const LaunchFigure &layer : profile.layers())
      layers.push_back(jsonOf(layer, profile.seconds));
    LaunchFigure total = profile.total();
    workloads.push_back(
        {{"program", profile.program},
         {"workload", profile.workload},
         {"rows", profile.rows},
         {"seconds", profile.seconds},
         {"launch_seconds", total.seconds},
         {"waiting_seconds", total.waitingSeconds},
         {"start_and_end_seconds", profile.seconds - total.seconds - total.waitingSeconds},
         {"layers", layers},
         {"launches", launches}});
  }
  Json object = {{"library", report.library},       {"name", report.model},
                 {"level", report.level},           {"threads", report.threads},
                 {"limits", toJson(report.limits)}, {"workloads", workloads}};
  fmt::print("{}\n", object.dump(-1, ' ', false, decltype(object)::error_handler_t::replace));
}

namespace {

void printLine(const LaunchFigure &launch, const WorkloadProfile &profile, size_t width,
               const char *bound) {
  fmt::print("{:<{}}  {:<15}{:>10.1f}{:>7.1f} %{:>9.1f}{:>10.2f}{:>10.1f}  {:<11}{:>6.0f} %\n",
             launch.label, width, launch.kind, launch.seconds * 1e6,
             launch.seconds / profile.seconds * 100, launch.waitingSeconds * 1e6,
             launch.bytes / 1e6, launch.operations / 1e6, bound, launch.fraction() * 100);
}

void printFigures(const WorkloadProfile &profile, const std::vector<LaunchFigure> &figures) {
  size_t width = 12;
  for (const LaunchFigure &launch : profile.launches)
    width = std::max(width, launch.label.size());
  fmt::print("{:<{}}  {:<15}{:>10}{:>9}{:>9}{:>10}{:>10}  {:<11}{:>8}\n", "", width, "", "us",
             "share", "wait us", "MB", "Mop", "bound by", "limit");
  for (const LaunchFigure &launch : figures)
    printLine(launch, profile, width, launch.isBoundByMemory() ? "memory" : "arithmetic");
  printLine(profile.total(), profile, width, "");
}

void printHeading(const WorkloadProfile &profile) {
  fmt::print("\n{}: {:.1f} us a run\n", profile.workload, profile.seconds * 1e6);
}

void printRest(const WorkloadProfile &profile) {
  LaunchFigure total = profile.total();
  double rest = profile.seconds - total.seconds - total.waitingSeconds;
  fmt::print("waiting at barriers {:.1f} us ({:.1f} %), start and end {:.1f} us ({:.1f} %)\n",
             total.waitingSeconds * 1e6, total.waitingSeconds / profile.seconds * 100, rest * 1e6,
             rest / profile.seconds * 100);
}

} // namespace

static void printMachine(const ProfileReport &report) {
  fmt::print("{}, {} thread(s). {}\n", report.model, report.threads, toText(report.limits));
}

static void printExplanation() {
  fmt::print("\nTimes are means of the workers; wait is the time at the barrier behind a launch, "
             "limit the fraction reached of what binds it.\n");
}

void printTable(const ProfileReport &report) {
  printMachine(report);
  for (const WorkloadProfile &profile : report.workloads) {
    printHeading(profile);
    printFigures(profile, profile.launches);
    printRest(profile);
  }
  printExplanation();
}

void printLayersAndLaunches(const ProfileReport &report) {
  printMachine(report);
  for (const WorkloadProfile &profile : report.workloads) {
    printHeading(profile);
    printFigures(profile, profile.layers());
    fmt::print("\n");
    printFigures(profile, profile.launches);
    printRest(profile);
  }
  printExplanation();
}

} // namespace transept::workbench
