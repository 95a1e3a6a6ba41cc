// SPDX-License-Identifier: Apache-2.0
//
// How many rows there are behind convolutions: what fits into a model, what a launch costs, how
// much of its buffers there is to see.
#ifndef TRANSEPT_RUNTIME_BASE_ROWCOUNTS_H
#define TRANSEPT_RUNTIME_BASE_ROWCOUNTS_H

#include "transept/rows.h"

#include <cstdint>

namespace transept::runtime {

/// Whether sources are grids of one size, so that all their rows have to be there.
bool readsGrids(const transept_model_table &table);

/// Whether each row of features becomes one of the encoder, so that any may be left out.
bool keepsRowsApart(const transept_model_table &table);

/// How many TRANSEPT_ROWS_* are in an invocation.
std::uint64_t rowsOf(std::uint32_t rows, const transept_model_table &table,
                     const transept_invocation &invocation);

} // namespace transept::runtime

#endif
