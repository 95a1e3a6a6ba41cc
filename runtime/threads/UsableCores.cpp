// SPDX-License-Identifier: Apache-2.0
//
// Reads affinity, processor topology and control group quotas from Linux. Whatever cannot be read
// counts as "no restriction".

#include "runtime/threads/UsableCores.h"

#include <algorithm>
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
      return static_cast<std::uint32_t>(processors.size());
    cores.emplace_back(readText(folder + "physical_package_id"), std::move(core));
  }
  std::sort(cores.begin(), cores.end());
  return static_cast<std::uint32_t>(std::unique(cores.begin(), cores.end()) - cores.begin());
}

/// The value of line "key...:path" in /proc/self/cgroup: the path, or nothing.
std::string controlGroupPath(const std::string &groups, const std::string &controllers) {
  std::size_t at = groups.find(controllers);
  if (at == std::string::npos)
    return {};
  at += controllers.size();
  return groups.substr(at, groups.find('\n', at) - at);
}

/// The tightest quota of a control group and the groups around it, 0 for none.
std::uint32_t quotaCores() {
  std::string path = controlGroupPath(readText("/proc/self/cgroup"), "0::");
  std::uint32_t tightest = 0;
  while (true) {
    std::uint32_t cores = coresOfQuota(readText("/sys/fs/cgroup" + path + "/cpu.max"));
    if (cores != 0)
      tightest = tightest == 0 ? cores : std::min(tightest, cores);
    std::size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos)
      break;
    path.resize(slash);
  }
  std::string quota = readText("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"); // cgroup version 1
  std::string period = readText("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (std::uint32_t cores = coresOfQuota(quota + " " + period); cores != 0)
    tightest = tightest == 0 ? cores : std::min(tightest, cores);
  return tightest;
}

} // namespace

std::uint32_t coresOfQuota(std::string_view text) {
  std::string copy(text);
  char *rest = nullptr;
  long long quota = std::strtoll(copy.c_str(), &rest, 10); // "max" gives 0, none in version 1 is -1
  long long period = std::strtoll(rest, nullptr, 10);
  if (quota <= 0 || period <= 0)
    return 0;
  return static_cast<std::uint32_t>(std::clamp<long long>((quota - 1) / period + 1, 1, 1 << 16));
}

std::uint32_t usableCores() {
  std::uint32_t cores = std::max<std::uint32_t>(1, physicalCores(allowedProcessors()));
  std::uint32_t quota = quotaCores();
  return quota == 0 ? cores : std::min(cores, quota);
}

} // namespace transept::runtime
