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
  /// Reading some bytes again and again, all threads together.
  struct Reading {
    double bytesPerSecond = 0;
    size_t bufferBytes = 0;
    std::string from = {}; // the nearest of "L1 caches" to "memory" that holds them; empty: unknown
    size_t capacity = 0;   // of the nearer caches: how much they hold, all threads' together
  };
  Reading encodeWeights, decodeWeights; // of one run of the program
  Reading few;                          // the first-level caches
  Reading rows; // what one launch hands to the next, in the second-level caches

  double operations(uint32_t arithmetic) const { return products[arithmetic].operations; }
  /// From where a launch by itself reads, if it reads so many bytes in all: the nearest caches that
  /// hold them, else `farther`.
  const Reading &nearest(double bytes, const Reading &farther) const;
  /// The faster of both for each limit: what disturbed one measurement may have spared the other.
  MachineLimits best(const MachineLimits &other) const;
};

struct LimitOptions {
  unsigned threads = 1;
  size_t encodeBytes = 0, decodeBytes = 0; // weights that one run of each program reads
  uint64_t features = 0;                   // TRANSEPT_CPU_*: what may be used
  std::vector<uint32_t> arithmetics = {TRANSEPT_ARITHMETIC_F32}; // whose products to measure
  double seconds = 0.3;                                          // for each limit
};

/// Best of repeated runs of all threads at once.
MachineLimits measureLimits(const LimitOptions &options);

} // namespace transept::workbench

#endif
