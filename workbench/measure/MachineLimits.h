// SPDX-License-Identifier: Apache-2.0
//
// What this machine can do at most, measured beside a benchmark: its figures mean something only as
// fractions of these, on a machine that others use too.

#ifndef TRANSEPT_WORKBENCH_MEASURE_MACHINELIMITS_H
#define TRANSEPT_WORKBENCH_MEASURE_MACHINELIMITS_H

#include "transept/abi.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace transept::workbench {

struct MachineLimits {
  /// By TRANSEPT_ARITHMETIC_*: what computes products, and multiply-adds, counted as two, per
  /// second of all threads together; 0 where that was not measured.
  struct Products {
    std::string instructions;
    double operations = 0;
  };
  Products products[3];
  double readBytes = 0; // per second, all threads together, over `bufferBytes`
  size_t bufferBytes = 0;
  double cachedBytes = 0; // likewise, over what the second-level caches hold

  double operations(uint32_t arithmetic) const { return products[arithmetic].operations; }
};

struct LimitOptions {
  unsigned threads = 1;
  size_t bufferBytes = 0; // what the threads read together, again and again
  uint64_t features = 0;  // TRANSEPT_CPU_*: what may be used
  std::vector<uint32_t> arithmetics = {TRANSEPT_ARITHMETIC_F32}; // whose products to measure
  double seconds = 0.3;                                          // for each limit
};

/// Best of repeated runs of all threads at once.
MachineLimits measureLimits(const LimitOptions &options);

} // namespace transept::workbench

#endif
