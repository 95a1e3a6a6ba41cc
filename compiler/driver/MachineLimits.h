// SPDX-License-Identifier: Apache-2.0
//
// What this machine can do at most, measured beside a benchmark: its figures mean something only as
// fractions of these, on a machine that others use too.

#ifndef TRANSEPT_COMPILER_DRIVER_MACHINELIMITS_H
#define TRANSEPT_COMPILER_DRIVER_MACHINELIMITS_H

#include <cstddef>
#include <string>

namespace transept::driver {

struct MachineLimits {
  std::string instructions;   // "AVX-512" or "AVX2"
  double floatOperations = 0; // f32 multiply-adds, counted as two, per second, all threads
  double readBytes = 0;       // per second, all threads together, over `bufferBytes`
  size_t bufferBytes = 0;
};

struct LimitOptions {
  unsigned threads = 1;
  size_t bufferBytes = 0; // what the threads read together, again and again
  bool usesAvx512 = false;
  double seconds = 0.3; // for each of the two
};

/// Best of repeated runs of all threads at once.
MachineLimits measureLimits(const LimitOptions &options);

} // namespace transept::driver

#endif
