// SPDX-License-Identifier: Apache-2.0
//
// How many physical cores this process may really use: the default size of a worker team.
#ifndef TRANSEPT_RUNTIME_THREADS_USABLECORES_H
#define TRANSEPT_RUNTIME_THREADS_USABLECORES_H

#include <cstdint>
#include <string_view>

namespace transept::runtime {

/// Physical cores in the calling thread's affinity mask, but not more than the CPU quota of the
/// control group it is in (rounded up). At least 1.
std::uint32_t usableCores();

/// Cores that a cgroup version 2 `cpu.max` text grants ("150000 100000" is 2), 0 for no limit.
std::uint32_t coresOfQuota(std::string_view text);

} // namespace transept::runtime

#endif
