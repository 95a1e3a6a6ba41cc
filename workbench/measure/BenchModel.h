// SPDX-License-Identifier: Apache-2.0
//
// An opened model with what every measurement of it needs: random sources, generation of a fixed
// length, and the limits of the machine as it is right now.

#ifndef TRANSEPT_WORKBENCH_MEASURE_BENCHMODEL_H
#define TRANSEPT_WORKBENCH_MEASURE_BENCHMODEL_H

#include "workbench/measure/BenchSources.h"
#include "workbench/measure/MachineLimits.h"

#include "transept/model.h"

#include <string>
#include <vector>

namespace transept::workbench {

struct BenchOptions {
  std::string library, level;
  unsigned threads = 0;
  bool isQuick = false, isJson = false;
  /// Profile instead of measuring the standard sizes; workloads are COUNTxLENGTH of encode and
  /// SOURCESxBEAMS of decode.
  bool isProfile = false;
  std::string encode;
  std::vector<std::string> decode = {"1x1", "8x1"};
};

class BenchModel {
public:
  /// Throws if the library is not one that is measured here.
  explicit BenchModel(const BenchOptions &options);

  /// Exactly `tokens` new ones for each hypothesis: the end is not allowed before them.
  GenerateOptions fixedLength(size_t tokens, int beams) const;
  /// Measures the machine again: others may have used it the first time.
  void improveLimits();
  /// `wanted` positions, or as many as the model has.
  size_t targetLength(size_t wanted) const;

  Model model;
  BenchSources sources;
  double decodeBytes = 0; // weights that one step reads
  MachineLimits limits;

private:
  bool isQuick;
};

} // namespace transept::workbench

#endif
