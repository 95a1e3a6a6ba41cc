// SPDX-License-Identifier: Apache-2.0
//
// The table that `transept bench` prints: figures beside the machine's limits.

#ifndef TRANSEPT_WORKBENCH_MEASURE_BENCHREPORT_H
#define TRANSEPT_WORKBENCH_MEASURE_BENCHREPORT_H

#include "workbench/measure/MachineLimits.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace transept::workbench {

/// One line of the table.
struct Figure {
  std::string name, unit;
  double best = 0, median = 0;
  double limit = 0; // of `best`, in the same unit
  /// Tokens a second are better when larger, milliseconds when smaller.
  bool isRate = false;

  double fraction() const { return isRate ? best / limit : limit / best; }
};

struct BenchReport {
  std::string library, model, level;
  unsigned long threads = 0;
  MachineLimits limits;
  double decodeBytes = 0; // weights that one step reads
  std::vector<Figure> figures;
  std::string notes; // below the table: what was measured
};

nlohmann::ordered_json toJson(const MachineLimits &limits);
std::string toText(const MachineLimits &limits);

void printJson(const BenchReport &report);
void printTable(const BenchReport &report);

} // namespace transept::workbench

#endif
