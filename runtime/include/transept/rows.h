// SPDX-License-Identifier: Apache-2.0
//
// How many rows an encoder has for so many rows of features, and how many keys the rows of a launch
// look at. The functions are in the runtime's archive, not in compiled libraries.
#ifndef TRANSEPT_ROWS_H
#define TRANSEPT_ROWS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

/// Rows that `rows` rows of features are after the first `steps` row steps of a model; by default
/// after all, which are rows of the encoder. Throws std::bad_alloc where sizes overflow.
std::uint64_t rowsAfterSteps(const transept_model_table &table, std::uint64_t rows,
                             std::uint64_t steps = UINT64_MAX);

struct KeyCounts {
  std::uint64_t keys = 0;  // read, once for all rows that look at them
  std::uint64_t pairs = 0; // of a row and a key that it looks at
};

/// Of `rows` rows of one sequence of which `past` positions are cached; of a launch that looks at
/// the keys of a source, `past` is that source's length.
KeyCounts keyCounts(const transept_launch &launch, std::uint64_t past, std::uint64_t rows);

} // namespace transept::runtime

#endif
