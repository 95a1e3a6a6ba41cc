// SPDX-License-Identifier: Apache-2.0
//
// Chooses the blocking of linear layers.

#include "compiler/plan/strategy/LinearStrategy.h"

#include <algorithm>

namespace transept::codegen {

LinearStrategy chooseLinearStrategy(const PreparedRows &rows) {
  const targets::Target &target = rows.target;
  int64_t tileRows = rows.tileRows();
  LinearStrategy strategy;
  // Half of the cache for packed rows; the rest for the passing panels, the tile and the results.
  // Every further block of rows reads all weights again.
  int64_t most = 32 * target.tileRows() / tileRows;
  int64_t tiles =
      std::clamp<int64_t>(target.secondLevelCacheBytes / 2 / (tileRows * rows.rowBytes()), 2,
                          std::max<int64_t>(most, 2));
  strategy.rowBlock = tiles * tileRows;
  strategy.streamPanels = 4;
  strategy.rowsToSplit = 8 * target.tileRows();
  return strategy;
}

} // namespace transept::codegen
