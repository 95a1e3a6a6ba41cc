// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on sizes that come from a library or a caller: an overflow is "out of memory", never a
// small allocation.
#ifndef TRANSEPT_RUNTIME_BASE_SIZES_H
#define TRANSEPT_RUNTIME_BASE_SIZES_H

#include <cstdint>
#include <new>

namespace transept::runtime {

inline std::uint64_t multiplySizes(std::uint64_t left, std::uint64_t right) {
  std::uint64_t result;
  if (__builtin_mul_overflow(left, right, &result))
    throw std::bad_alloc();
  return result;
}

inline std::uint64_t addSizes(std::uint64_t left, std::uint64_t right) {
  std::uint64_t result;
  if (__builtin_add_overflow(left, right, &result))
    throw std::bad_alloc();
  return result;
}

/// The smallest multiple of `unit` that is not below `size`.
inline std::uint64_t roundUp(std::uint64_t size, std::uint64_t unit) {
  return addSizes(size, unit - 1) / unit * unit;
}

} // namespace transept::runtime

#endif
