// SPDX-License-Identifier: Apache-2.0
//
// Where the numbers of a packed weight lie: one description for the packer, which writes them, and
// the kernels, which read them.

#ifndef TRANSEPT_COMPILER_PLAN_PACKEDPANELS_H
#define TRANSEPT_COMPILER_PLAN_PACKEDPANELS_H

#include "dialects/Plan/Plan.h"

#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

/// A weight [outputs, depth] in panels of `width` outputs. A panel is a list of words of 32 bits,
/// [depth / perWord][width], each with `perWord` consecutive inputs of one output, the first in the
/// lowest bits:
///   f32   one number
///   bf16  two numbers
///   int8  four numbers + 128, as unsigned bytes; behind the words f32 scales [width]
///   int4  eight numbers + 8. The inputs are in groups of 64; word w (0 to 7) of a group has inputs
///         4w to 4w + 3 in the low halves of its bytes and 4w + 32 to 4w + 35 in the high halves;
///         behind the words of each group bf16 scales [width]
/// Inputs beyond `depth` are zeros. The order is that of tile registers and of products of bytes,
/// so that one packed weight serves all instruction sets with panels of the same width.
struct PackedPanels {
  plan::NumberType type = plan::NumberType::F32;
  int64_t depth = 0, width = 0;

  bool operator==(const PackedPanels &) const = default;

  static constexpr int64_t kGroup = 64;

  bool isQuantized() const {
    return type == plan::NumberType::Int8 || type == plan::NumberType::Int4;
  }
  int64_t perWord() const {
    switch (type) {
    case plan::NumberType::F32:
      return 1;
    case plan::NumberType::BF16:
      return 2;
    case plan::NumberType::Int8:
      return 4;
    case plan::NumberType::Int4:
      return 8;
    }
    llvm_unreachable("every type has its case");
  }
  /// Inputs with those that fill up: whole rows of tile registers (64 bytes), whole groups.
  int64_t paddedDepth() const {
    switch (type) {
    case plan::NumberType::F32:
      return depth;
    case plan::NumberType::BF16:
      return llvm::alignTo(depth, 32);
    default:
      return llvm::alignTo(depth, kGroup);
    }
  }
  int64_t words() const { return paddedDepth() / perWord(); }
  int64_t groups() const { return paddedDepth() / kGroup; }
  /// What stored integers have more than they stand for, so that they are unsigned.
  int64_t zeroPoint() const { return type == plan::NumberType::Int8 ? 128 : 8; }
  /// Bytes of the words of one group of int4, behind which its scales lie, and of both.
  int64_t groupWordBytes() const { return kGroup / 2 * width; }
  int64_t groupBytes() const { return groupWordBytes() + 2 * width; }
  /// Bytes of a panel's words, and of a panel with its scales.
  int64_t wordBytes() const { return 4 * words() * width; }
  int64_t panelBytes() const {
    switch (type) {
    case plan::NumberType::Int8:
      return wordBytes() + 4 * width;
    case plan::NumberType::Int4:
      return groups() * groupBytes();
    default:
      return wordBytes();
    }
  }
};

/// Where a table of relative position biases ends on both sides. From the largest distance or
/// bucket on the bias is constant; it is repeated for a vector's width, so that kernels can read
/// the biases of adjacent keys as they lie.
inline int64_t distanceReach(int64_t maximumDistance, int64_t bucketCount) {
  constexpr int64_t kWidestVector = 16;
  return std::max(maximumDistance, bucketCount) + kWidestVector;
}

} // namespace transept::codegen

#endif
