// SPDX-License-Identifier: Apache-2.0
//
// How many rows there are behind convolutions: what fits into a model, what a launch costs, how
// much of its buffers there is to see.
#ifndef TRANSEPT_RUNTIME_LIBRARY_ROWCOUNTS_H
#define TRANSEPT_RUNTIME_LIBRARY_ROWCOUNTS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

/// Rows that `rows` rows of features are after the first `steps` row steps of a model; by default
/// after all, which are rows of the encoder. Throws where sizes overflow.
std::uint64_t rowsAfterSteps(const transept_model_table &table, std::uint64_t rows,
                             std::uint64_t steps = UINT64_MAX);

/// Rows of a launch in an invocation.
std::uint64_t rowsOf(const transept_launch &launch, const transept_model_table &table,
                     const transept_invocation &invocation);

} // namespace transept::runtime

#endif
