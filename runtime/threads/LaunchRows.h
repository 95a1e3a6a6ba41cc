// SPDX-License-Identifier: Apache-2.0
//
// How many rows a launch works on: what it costs, and how much of its buffers there is to see.
#ifndef TRANSEPT_RUNTIME_THREADS_LAUNCHROWS_H
#define TRANSEPT_RUNTIME_THREADS_LAUNCHROWS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

/// Rows of a launch in an invocation; `table` says how features become rows.
std::uint64_t rowsOf(const transept_launch &launch, const transept_model_table &table,
                     const transept_invocation &invocation);

} // namespace transept::runtime

#endif
