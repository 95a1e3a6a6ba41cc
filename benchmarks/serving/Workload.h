// SPDX-License-Identifier: Apache-2.0
//
// What comes, and when: requests of several kinds for one or two models, drawn once so that all
// policies serve the same.

#ifndef TRANSEPT_BENCHMARKS_SERVING_WORKLOAD_H
#define TRANSEPT_BENCHMARKS_SERVING_WORKLOAD_H

#include "transept/model.h"

#include <string>
#include <vector>

namespace transept::benchmarks {

/// One request.
struct Arrival {
  double time; // in seconds from the start
  const Model *model;
  bool isSound;
  std::vector<Id> ids;
  std::span<const float> features;
  unsigned beams;
  std::size_t newTokens;
};

struct Workload {
  /// "sentences", "documents" (300 tokens, 4 beams), "sounds" or "mixed": sentences, of whose
  /// requests every tenth is a sound.
  std::string name = "sentences";
  unsigned beams = 0; // of texts; 0: those of the workload
  /// "poisson", or "bursty": four times the rate for a quarter of each two seconds, else none.
  std::string arrivals = "poisson";
};

/// Requests for `seconds`. Null models are those that the workload does not ask for; `sound` is
/// what all sounds are: [sourceFeatureCount(), sourceFeatureWidth()]. Throws std::invalid_argument.
std::vector<Arrival> draw(const Workload &workload, const Model *texts, const Model *sounds,
                          std::span<const float> sound, double rate, double seconds);

} // namespace transept::benchmarks

#endif
