// SPDX-License-Identifier: Apache-2.0
//
// What the types that `transept compile --weights` takes mean for the machine's limits.

#ifndef TRANSEPT_BENCHMARKS_MODELS_WEIGHTTYPES_H
#define TRANSEPT_BENCHMARKS_MODELS_WEIGHTTYPES_H

#include "transept/abi.h"

#include <cstdint>
#include <string>

namespace transept::benchmarks {

/// Bytes of one weight; scales, which are few, are not counted.
inline double weightBytes(const std::string &type) {
  return type == "f32" ? 4 : type == "bf16" ? 2 : type == "int8" ? 1 : 0.5;
}

/// TRANSEPT_ARITHMETIC_*: the fastest products that weights of a type can go into.
inline uint32_t arithmeticOf(const std::string &type) {
  if (type == "f32")
    return TRANSEPT_ARITHMETIC_F32;
  return type == "bf16" ? TRANSEPT_ARITHMETIC_BF16 : TRANSEPT_ARITHMETIC_INT8;
}

} // namespace transept::benchmarks

#endif
