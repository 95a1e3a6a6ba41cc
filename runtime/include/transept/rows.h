// SPDX-License-Identifier: Apache-2.0
//
// How many rows an encoder has for so many rows of features. The function is in the runtime's
// archive, not in compiled libraries.
#ifndef TRANSEPT_ROWS_H
#define TRANSEPT_ROWS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

/// Rows that `rows` rows of features are after the first `steps` row steps of a model; by default
/// after all, which are rows of the encoder. Throws std::bad_alloc where sizes overflow.
std::uint64_t rowsAfterSteps(const transept_model_table &table, std::uint64_t rows,
                             std::uint64_t steps = UINT64_MAX);

} // namespace transept::runtime

#endif
