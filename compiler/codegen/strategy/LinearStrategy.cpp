// SPDX-License-Identifier: Apache-2.0
//
// Chooses the blocking of linear layers.

#include "compiler/codegen/strategy/LinearStrategy.h"

#include <algorithm>

namespace transept::codegen {

LinearStrategy chooseLinearStrategy(int64_t depth, const Target &target) {
  LinearStrategy strategy;
  // Half of the cache for packed rows; the rest for the passing panels, the tile and the results.
  // Every further block of rows reads all weights again.
  int64_t tileBytes = target.tileRows() * depth * int64_t(sizeof(float));
  int64_t tiles = std::clamp<int64_t>(target.secondLevelCacheBytes() / 2 / tileBytes, 2, 32);
  strategy.rowBlock = tiles * target.tileRows();
  strategy.streamPanels = 4;
  strategy.rowsToSplit = 8 * target.tileRows();
  return strategy;
}

} // namespace transept::codegen
