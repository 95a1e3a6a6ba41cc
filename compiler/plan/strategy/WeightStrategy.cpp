// SPDX-License-Identifier: Apache-2.0
//
// The order is that of batches from end to end, by docs/decisions/0009-number-types.md. With one
// hypothesis, where reading weights is all, fewer bits are always faster.

#include "compiler/plan/strategy/WeightStrategy.h"

namespace transept::codegen {

std::vector<llvm::StringRef> weightsBySpeed(const targets::Target &target) {
  // int8 has the most products a second by tiles, bytes and half words alike, and a quarter of the
  // bytes. int4 multiplies the same bytes in vectors, never in tiles, and takes them apart before.
  // bf16 in tiles has four times the products of bytes in vectors; this has not been measured yet.
  if (target.hasTiles)
    return {"int8", "bf16", "int4", "f32"};
  // Without tiles bf16 has at most twice f32's products in vectors, half of those of bytes.
  return {"int8", "int4", "bf16", "f32"};
}

} // namespace transept::codegen
