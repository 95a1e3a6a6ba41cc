// SPDX-License-Identifier: Apache-2.0
//
// Results of the runtime as the C++ API has them.
#ifndef TRANSEPT_DETAIL_GENERATIONS_H
#define TRANSEPT_DETAIL_GENERATIONS_H

#include "transept/detail/OpenLibrary.h"
#include "transept/source.h"

#include <vector>

namespace transept::detail {

/// The sequences of each of `count` sources; takes the results over.
inline std::vector<Generation> generationsOf(const OpenLibrary &library, transept_results *results,
                                             std::size_t count) {
  const transept_runtime &runtime = library.runtime();
  std::unique_ptr<transept_results, void (*)(transept_results *)> owner(results,
                                                                        runtime.release_results);
  std::vector<Generation> generations(count);
  for (std::size_t source = 0; source < count; ++source) {
    std::uint64_t sequences = 0, scores = 0;
    const transept_sequence *views = runtime.view_sequences(results, source, &sequences);
    for (std::uint64_t rank = 0; rank != sequences; ++rank) {
      const float *first = runtime.view_token_scores(results, source, rank, &scores);
      generations[source].sequences.push_back(sequenceOf(views[rank], std::span(first, scores)));
    }
  }
  return generations;
}

} // namespace transept::detail

#endif
