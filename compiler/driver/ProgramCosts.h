// SPDX-License-Identifier: Apache-2.0
//
// What a program has to compute and to read for some work, counted from its table of launches: the
// least that any implementation with these weights needs, so that a measured time can be compared
// with the machine's limits.

#ifndef TRANSEPT_COMPILER_DRIVER_PROGRAMCOSTS_H
#define TRANSEPT_COMPILER_DRIVER_PROGRAMCOSTS_H

#include "compiler/driver/MachineLimits.h"

#include "transept/abi.h"

namespace transept::driver {

/// One run of a program.
struct Workload {
  /// All rows, and the rows of features that they were made of.
  double rows = 0, features = 0;
  /// Pairs of a row and a key of its own sequence, or of its source, that it looks at.
  double sequencePairs = 0, sourcePairs = 0;
  /// Keys that are read once: of all sequences, of all sources.
  double sequenceKeys = 0, sourceKeys = 0;
};

/// `sources` of so many rows each, which were so many rows of features.
Workload encodeWorkload(double sources, double length, double features = 0);
/// One step: a new row for each of `hypotheses` of each source, of which `keys` positions are
/// known.
Workload decodeWorkload(double sources, double hypotheses, double keys, double sourceLength);

/// Bytes of the weights that one run reads.
double weightBytes(const transept_program &program);

/// The least seconds that a launch, or a whole program, takes: it computes, and meanwhile it reads.
struct LeastTime {
  double arithmetic = 0, memory = 0;
  bool isBoundByMemory() const { return memory > arithmetic; }
  double seconds() const { return isBoundByMemory() ? memory : arithmetic; }
};

LeastTime leastTime(const transept_model_table &table, const transept_program &program,
                    const Workload &work, const MachineLimits &limits);

} // namespace transept::driver

#endif
