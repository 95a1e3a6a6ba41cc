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
#include <optional>

namespace transept::workbench {

/// One run of a program over sequences that are alike.
struct Workload {
  uint64_t sources = 1, hypotheses = 1; // sequences of each source
  /// New rows of each sequence, and its positions that are cached.
  uint64_t rows = 0, past = 0;
  /// Positions of each source, and the rows of features that they were made of.
  uint64_t sourceLength = 0, features = 0;
  /// Requested rows of each sequence; absent: all. An encoder's are its global tokens.
  std::optional<uint64_t> requested = {};
};

/// What one run computes and reads.
struct Costs {
  std::array<double, 3> operations = {}; // by TRANSEPT_ARITHMETIC_*; a multiply-add counts as two
  double bytes = 0;                      // of weights and keys

  double allOperations() const { return operations[0] + operations[1] + operations[2]; }
  void add(const Costs &other);
  /// It computes, and meanwhile it reads.
  double leastSeconds(const MachineLimits &limits, const MachineLimits::Reading &reading) const;
};

Costs costsOf(const transept_model_table &table, const transept_program &program,
              const Workload &work);

/// What a model is asked for as a whole.
struct Request {
  /// Each of so many rows of the encoder, which were so many rows of features.
  uint64_t sources = 1, length = 1, features = 0;
  uint64_t hypotheses = 1; // of each source
  uint64_t steps = 0;
};

/// The least seconds for the sources together, those of features one by one, and for all steps.
double leastEncodeSeconds(const Model &model, const Request &request, const MachineLimits &limits);
double leastDecodeSeconds(const Model &model, const Request &request, const MachineLimits &limits);

/// Bytes of the weights that one run reads.
double weightBytes(const transept_program &program);

/// To measure what bounds both programs: their products, and reading their weights.
LimitOptions limitOptions(const transept_level &level);

} // namespace transept::workbench

#endif
