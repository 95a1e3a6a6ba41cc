// SPDX-License-Identifier: Apache-2.0
//
// Chooses the blocking of linear layers.

#include "compiler/plan/strategy/LinearStrategy.h"

#include <algorithm>

namespace transept::codegen {

LinearStrategy chooseLinearStrategy(int64_t tileRows, int64_t rowBytes, const Target &target) {
  LinearStrategy strategy;
  // Half of the cache for packed rows; the rest for the passing panels, the tile and the results.
  // Every further block of rows reads all weights again.
  int64_t most = 32 * target.tileRows() / tileRows;
  int64_t tiles = std::clamp<int64_t>(target.secondLevelCacheBytes() / 2 / (tileRows * rowBytes), 2,
                                      std::max<int64_t>(most, 2));
  strategy.rowBlock = tiles * tileRows;
  strategy.streamPanels = 4;
  strategy.rowsToSplit = 8 * target.tileRows();
  return strategy;
}

} // namespace transept::codegen
