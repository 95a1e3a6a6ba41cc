// SPDX-License-Identifier: Apache-2.0
//
// Sums are doubles, in the order of rows.

#include "media/sound/StandardColumns.h"

namespace transept::features {

void standardizeColumns(Features &features,
                        const std::function<double(double variance)> &deviationOf) {
  for (size_t column = 0; column < features.width; ++column) {
    auto value = [&](size_t row) -> float & {
      return features.values[row * features.width + column];
    };
    double sum = 0, squares = 0;
    for (size_t row = 0; row < features.rows; ++row)
      sum += value(row);
    double mean = sum / double(features.rows);
    for (size_t row = 0; row < features.rows; ++row)
      squares += (value(row) - mean) * (value(row) - mean);
    double deviation = deviationOf(squares / double(features.rows - 1));
    for (size_t row = 0; row < features.rows; ++row)
      value(row) = float((value(row) - mean) / deviation);
  }
}

} // namespace transept::features
