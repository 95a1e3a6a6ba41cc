// SPDX-License-Identifier: Apache-2.0
//
// What searches share: feeding a long prompt piece by piece, and telling a listener.

#include "runtime/decode/Search.h"

#include "runtime/base/Messages.h"

#include <algorithm>

namespace transept::runtime {

void TokenListener::tell(std::int32_t id) const {
  if (call && call(context, source, id) != 0)
    fail(ErrorCode::Cancelled, "the token callback asked to stop");
}

void prefillSequence(DecodeBatch &batch, const EncoderEntry &entry, SelfCache &cache,
                     std::span<const std::int32_t> ids, std::int64_t rowLimit) {
  auto end = std::int64_t(ids.size()) - 1;
  while (cache.length() < end) {
    std::int64_t count = std::min(rowLimit, end - cache.length());
    batch.clear();
    batch.setSource(entry);
    batch.addSequence(cache, ids.subspan(std::size_t(cache.length()), std::size_t(count)));
    batch.run();
  }
}

} // namespace transept::runtime
