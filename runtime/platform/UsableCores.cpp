// SPDX-License-Identifier: Apache-2.0
//
// Reads affinity, processor topology and control group quotas from Linux. Whatever cannot be read
// counts as "no restriction".

#include "runtime/platform/UsableCores.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sched.h>
#include <string>
#include <utility>
#include <vector>

namespace transept::runtime {
namespace {

/// The first 4 KiB of a small text file, empty when it cannot be read.
std::string readText(const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "re");
  if (!file)
    return {};
  char text[4096];
  std::size_t size = std::fread(text, 1, sizeof(text), file);
  std::fclose(file);
  return std::string(text, size);
}

/// CPU numbers in the calling thread's affinity mask.
std::vector<int> allowedProcessors() {
  std::vector<int> processors;
  // Kernels with more than 1024 processors refuse the ordinary mask.
  for (int capacity = 1024; capacity <= 65536; capacity *= 4) {
    cpu_set_t *set = CPU_ALLOC(capacity);
    if (!set)
      break;
    std::size_t size = CPU_ALLOC_SIZE(capacity);
    CPU_ZERO_S(size, set);
    bool known = sched_getaffinity(0, size, set) == 0;
    for (int processor = 0; known && processor < capacity; ++processor)
      if (CPU_ISSET_S(processor, size, set))
        processors.push_back(processor);
    CPU_FREE(set);
    if (known)
      break;
  }
  return processors;
}

std::uint32_t physicalCores(const std::vector<int> &processors) {
  std::vector<std::pair<std::string, std::string>> cores;
  for (int processor : processors) {
    std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(processor) + "/topology/";
    std::string core = readText(folder + "core_id");
    if (core.empty())
      return std::uint32_t(processors.size());
    cores.emplace_back(readText(folder + "physical_package_id"), std::move(core));
  }
  std::sort(cores.begin(), cores.end());
  return std::uint32_t(std::unique(cores.begin(), cores.end()) - cores.begin());
}

/// The tighter of two limits, 0 for none.
double tighter(double one, double other) {
  return one == 0 || other == 0 ? one + other : std::min(one, other);
}

/// Calls `read` with the folder of a control group and those of the groups around it, and returns
/// the tightest quota.
template <typename Read> double tightestQuota(std::string path, const Read &read) {
  double tightest = 0;
  while (true) {
    tightest = tighter(tightest, coresOfQuota(read(path)));
    std::size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos)
      return tightest;
    path.resize(slash);
  }
}

/// Cores that the control groups around this process grant, 0 for no limit. A container sees its
/// own group as the root, so the root of each hierarchy counts as well.
double quotaCores() {
  std::string groups = readText("/proc/self/cgroup");
  double version2 = tightestQuota(controlGroupPath(groups, ""), [](const std::string &path) {
    return readText("/sys/fs/cgroup" + path + "/cpu.max");
  });
  double version1 = tightestQuota(controlGroupPath(groups, "cpu"), [](const std::string &path) {
    std::string folder = "/sys/fs/cgroup/cpu" + path;
    return readText(folder + "/cpu.cfs_quota_us") + " " + readText(folder + "/cpu.cfs_period_us");
  });
  return tighter(version2, version1);
}

} // namespace

double coresOfQuota(std::string_view text) {
  std::string copy(text);
  char *rest = nullptr;
  long long quota = std::strtoll(copy.c_str(), &rest, 10); // "max" gives 0, none in version 1 is -1
  long long period = std::strtoll(rest, nullptr, 10);
  if (quota <= 0 || period <= 0)
    return 0;
  return double(quota) / double(period);
}

std::string controlGroupPath(std::string_view groups, std::string_view controller) {
  // Lines are number:controllers:path, controllers separated by commas.
  while (!groups.empty()) {
    std::string_view line = groups.substr(0, groups.find('\n'));
    groups.remove_prefix(std::min(groups.size(), line.size() + 1));
    std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos)
      continue;
    std::string_view controllers = line.substr(first + 1, second - first - 1);
    std::string listed = "," + std::string(controllers) + ",";
    if (listed.find("," + std::string(controller) + ",") != listed.npos &&
        controllers.empty() == controller.empty())
      return std::string(line.substr(second + 1));
  }
  return {};
}

std::uint32_t usableCores() {
  std::uint32_t cores = std::max<std::uint32_t>(1, physicalCores(allowedProcessors()));
  double quota = quotaCores();
  // Rounded up: one and a half cores are used better by two threads than by one.
  return quota == 0 || quota >= cores ? cores : std::uint32_t(std::ceil(quota));
}

std::uint32_t undisturbedProcessors() {
  auto processors = std::uint32_t(allowedProcessors().size());
  double quota = quotaCores();
  if (quota != 0 && quota < processors)
    processors = std::uint32_t(quota);
  return std::max<std::uint32_t>(1, processors);
}

} // namespace transept::runtime
