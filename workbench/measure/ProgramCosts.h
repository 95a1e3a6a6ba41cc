// SPDX-License-Identifier: Apache-2.0
//
// What a program has to compute and to read for some work, counted from its table of launches: the
// least that any implementation with these weights needs, so that a measured time can be compared
// with the machine's limits.

#ifndef TRANSEPT_WORKBENCH_MEASURE_PROGRAMCOSTS_H
#define TRANSEPT_WORKBENCH_MEASURE_PROGRAMCOSTS_H

#include "workbench/measure/MachineLimits.h"

#include "transept/model.h"

#include <array>

namespace transept::workbench {

/// One run of a program.
struct Workload {
  /// All rows, and the rows of features that they were made of.
  double rows = 0, features = 0;
  /// Pairs of a row and a key of its own sequence, or of its source, that it looks at.
  double sequencePairs = 0, sourcePairs = 0;
  /// Keys that are read once: of all sequences, of all sources.
  double sequenceKeys = 0, sourceKeys = 0;
};

/// One step: a new row for each of `hypotheses` of each source, of which `keys` positions are
/// known.
Workload decodeWorkload(double sources, double hypotheses, double keys, double sourceLength);

/// What one run computes and reads.
struct Costs {
  std::array<double, 3> operations = {}; // by TRANSEPT_ARITHMETIC_*; a multiply-add counts as two
  double bytes = 0;

  double allOperations() const { return operations[0] + operations[1] + operations[2]; }
  /// It computes, and meanwhile it reads.
  double leastSeconds(const MachineLimits &limits) const;
};

Costs costsOf(const transept_model_table &table, const transept_program &program,
              const Workload &work);

/// What a model is asked for as a whole.
struct Request {
  /// Each of so many rows of the encoder, which were so many rows of features.
  double sources = 1, length = 1, features = 0;
  double hypotheses = 1; // of each source
  double steps = 0;
};

/// The least seconds for the sources together, those of features one by one, and for all steps.
double leastEncodeSeconds(const Model &model, const Request &request, const MachineLimits &limits);
double leastDecodeSeconds(const Model &model, const Request &request, const MachineLimits &limits);

/// Bytes of the weights that one run reads.
double weightBytes(const transept_program &program);

/// To measure what bounds both programs: their products, and reading the weights of a step.
LimitOptions limitOptions(const transept_level &level);

} // namespace transept::workbench

#endif
