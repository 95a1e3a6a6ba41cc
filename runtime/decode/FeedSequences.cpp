// SPDX-License-Identifier: Apache-2.0
//
// Cuts long sequences over several invocations, packs short ones into one. A result does not depend
// on where the cuts are: decode appends to the cache.

#include "runtime/decode/FeedSequences.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/Limits.h"

#include <algorithm>

namespace transept::runtime {

void checkTargetIds(const transept_model_table &table, std::string_view what,
                    std::span<const std::int32_t> ids, std::int64_t past) {
  if (ids.empty())
    fail(ErrorCode::InvalidArgument, what, " has 0 tokens, but must have 1 or more");
  std::uint64_t limit = std::min<std::uint64_t>(table.maximum_target_length, INT32_MAX);
  std::uint64_t length = std::uint64_t(past) + ids.size();
  if (length > limit)
    fail(ErrorCode::InvalidArgument, what, " has ", ids.size(), " tokens",
         past == 0 ? "" : " behind " + text(past) + " others", ", but ",
         past == 0 ? "must have" : "there can be", " at most ", limit,
         past == 0 ? "" : " together");
  for (std::size_t index = 0; index < ids.size(); ++index)
    checkTargetId(table, text(what) + "[" + text(index) + "]", ids[index]);
}

void checkTargetId(const transept_model_table &table, const std::string &what, std::int32_t id) {
  if (id < 0 || std::uint32_t(id) >= table.target_vocabulary_size)
    failArgument(what, id, rangeText(0, table.target_vocabulary_size - 1));
  if (table.has_uncounted_target_id && id == table.uncounted_target_id)
    failArgument(what, id, "another id: padding has no position in this model");
}

void feedSequences(Engine &engine, std::span<const FedSequence> sequences, LogitRows rows,
                   float *logits) {
  DecodeBatch batch(engine);
  std::size_t sequence = 0, fed = 0;
  while (sequence != sequences.size()) {
    batch.clear();
    std::size_t requests = 0, completed = sequence;
    for (std::int64_t room = rowsPerInvocation; room != 0 && sequence != sequences.size();) {
      const FedSequence &item = sequences[sequence];
      std::size_t count = std::min(item.ids.size() - fed, std::size_t(room));
      batch.setSource(*item.entry);
      batch.addSequence(*item.cache, item.ids.subspan(fed, count));
      fed += count;
      room -= std::int64_t(count);
      bool isComplete = fed == item.ids.size();
      std::size_t wanted = rows == LogitRows::All ? count : isComplete ? 1 : 0;
      for (std::size_t back = logits ? wanted : 0; back != 0; --back, ++requests)
        batch.request({}, std::int64_t(back - 1));
      if (isComplete) {
        ++sequence;
        fed = 0;
      }
    }
    batch.run(requests == 0 ? nullptr : logits);
    if (logits)
      logits += requests * engine.table.target_vocabulary_size;
    for (; completed != sequence; ++completed)
      if (sequences[completed].isTemporary)
        sequences[completed].cache->clear();
  }
}

} // namespace transept::runtime
