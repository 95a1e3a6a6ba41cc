// SPDX-License-Identifier: Apache-2.0
//
// A heat map of source against target tokens, as an SVG file that needs nothing else.

#ifndef TRANSEPT_WORKBENCH_ALIGNMENT_ALIGNMENTPLOT_H
#define TRANSEPT_WORKBENCH_ALIGNMENT_ALIGNMENTPLOT_H

#include <string>
#include <vector>

namespace transept::workbench {

struct AlignmentPlot {
  std::string caption;
  std::vector<std::string> sourceTokens, targetTokens; // UTF-8, or nearly
  std::vector<float> weights;                          // [target tokens, source tokens]
};

/// Sources go from left to right, targets from top to bottom. Neighbours among many sources share
/// a column, which shows the sum of their weights.
std::string drawAlignment(const AlignmentPlot &plot);

} // namespace transept::workbench

#endif
