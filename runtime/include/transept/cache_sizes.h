// SPDX-License-Identifier: Apache-2.0
//
// How large the caches of a model are for sources and targets of any length: what statistics()
// counts and what tools say of a library that they do not open. The functions are in the runtime's
// archive, not in compiled libraries.
#ifndef TRANSEPT_CACHE_SIZES_H
#define TRANSEPT_CACHE_SIZES_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::runtime {

/// What one source takes in the encoder cache, in bytes.
struct EncoderEntrySize {
  std::uint64_t perBlock = 0;      // keys and values of TRANSEPT_KEY_BLOCK positions
  std::uint64_t perPosition = 0;   // the encoder's state, the id and its position
  std::uint64_t perFeatureRow = 0; // the source itself, by which it is found again
  std::uint64_t constant = 0;      // behind the keys and values

  /// Both throw std::bad_alloc where sizes overflow.
  std::uint64_t keysAndValues(std::uint64_t positions) const;
  std::uint64_t of(std::uint64_t positions, std::uint64_t featureRows) const;
};

EncoderEntrySize encoderEntrySize(const transept_model_table &table);

/// Bytes of one page of the self cache: TRANSEPT_KEY_BLOCK positions of one sequence.
std::uint64_t selfPageSize(const transept_model_table &table);

} // namespace transept::runtime

#endif
