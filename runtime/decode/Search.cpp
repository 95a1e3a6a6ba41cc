// SPDX-License-Identifier: Apache-2.0
//
// What all searches share: feeding a long prompt piece by piece.

#include "runtime/decode/Search.h"

#include <algorithm>

namespace transept::runtime {

void prefillSequence(DecodeBatch &batch, const EncoderEntry &entry, SelfCache &cache,
                     std::span<const std::int32_t> ids, std::int64_t rowLimit) {
  auto end = std::int64_t(ids.size()) - 1;
  while (cache.length() < end) {
    std::int64_t count = std::min(rowLimit, end - cache.length());
    batch.clear(/*newCandidateCount=*/0);
    batch.setSource(entry);
    batch.addSequence(cache, ids.subspan(std::size_t(cache.length()), std::size_t(count)));
    batch.run();
  }
}

} // namespace transept::runtime
