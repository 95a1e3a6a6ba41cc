// SPDX-License-Identifier: Apache-2.0
//
// How many physical cores this process may really use: the default size of a worker team.
#ifndef TRANSEPT_RUNTIME_PLATFORM_USABLECORES_H
#define TRANSEPT_RUNTIME_PLATFORM_USABLECORES_H

#include <cstdint>
#include <string>
#include <string_view>

namespace transept::runtime {

/// Physical cores in the calling thread's affinity mask, but not more than the CPU quota of the
/// control group it is in (rounded up). At least 1.
std::uint32_t usableCores();

/// How many threads may spin while they wait for each other: the logical processors in the affinity
/// mask, but not more than the whole processors of the control group's quota, because a group that
/// spins its quota away stands still for the rest of the period. At least 1.
std::uint32_t undisturbedProcessors();

/// Cores that a cgroup version 2 `cpu.max` text grants ("150000 100000" is 1.5), 0 for no limit.
double coresOfQuota(std::string_view text);

/// The path of the calling process in a hierarchy of control groups, from the text of
/// /proc/self/cgroup: of version 2 if `controller` is empty, of version 1 for "cpu". Empty if it is
/// in none.
std::string controlGroupPath(std::string_view groups, std::string_view controller);

} // namespace transept::runtime

#endif
