// SPDX-License-Identifier: Apache-2.0
//
// The sizes of prepared rows, by number type.

#include "compiler/plan/PreparedRows.h"

namespace transept::codegen {

int64_t PreparedRows::rowBytes() const {
  constexpr int64_t kLine = 64;
  switch (panels.type) {
  case plan::NumberType::F32:
    return 4 * panels.depth;
  case plan::NumberType::BF16:
    // An odd number of cache lines, so that rows of a tile fall into different sets.
    return multipliesWords() ? 2 * panels.paddedDepth() + kLine
                             : 4 * llvm::alignTo(panels.depth, 2);
  case plan::NumberType::Int8:
    return scaleOffset() + kLine;
  case plan::NumberType::Int4:
    return scaleOffset() + llvm::alignTo(4 + 4 * panels.groups(), kLine);
  }
  llvm_unreachable("every type has its case");
}

} // namespace transept::codegen
