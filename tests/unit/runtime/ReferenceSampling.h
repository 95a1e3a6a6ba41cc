// SPDX-License-Identifier: Apache-2.0
//
// Sampling the dense way, written after transformers' warpers line by line, with the runtime's
// random numbers. What the runtime's sampling is compared with.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_REFERENCESAMPLING_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_REFERENCESAMPLING_H

#include "ReferenceSearch.h"

namespace transept::tests {

struct ReferenceWarpers {
  float temperature = 1, topP = 1, minP = 0, typicalP = 1, epsilonCutoff = 0, etaCutoff = 0;
  int topK = 50;
  std::uint64_t seed = 0;

  /// Sets them, and that there is sampling.
  void applyTo(GenerateOptions &options) const;
  std::string describe() const;
};

/// The probability of each token, 0 for those that are cut.
std::vector<double> warp(std::vector<float> scores, const ReferenceWarpers &warpers);

/// Samples number 0, 1, ... of source number `number`.
std::vector<Sequence> referenceSampling(const ToyModel &model, std::span<const Id> source,
                                        const ReferenceOptions &options,
                                        const ReferenceWarpers &warpers, std::uint64_t number);

} // namespace transept::tests

#endif
