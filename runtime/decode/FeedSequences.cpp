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

std::size_t logitsWidth(const transept_model_table &table) {
  if (table.classifier)
    return table.classifier->label_count;
  return table.target_state_width != 0 ? table.target_state_width : table.target_vocabulary_size;
}

namespace {

/// ask(batch, item, first, count) asks for scores of the rows that were added last, those of the
/// ids [first, first + count) of an item; run(batch) runs what was collected.
template <typename Ask, typename Run>
void feed(Engine &engine, std::span<const FedSequence> sequences, std::int64_t candidateCount,
          Ask ask, Run run) {
  DecodeBatch batch(engine);
  std::size_t sequence = 0, fed = 0;
  while (sequence != sequences.size()) {
    batch.clear(candidateCount);
    std::size_t completed = sequence;
    for (std::int64_t room = rowsPerInvocation; room != 0 && sequence != sequences.size();) {
      const FedSequence &item = sequences[sequence];
      std::size_t count = std::min(item.ids.size() - fed, std::size_t(room));
      batch.setSource(*item.entry);
      batch.addSequence(*item.cache, item.ids.subspan(fed, count));
      ask(batch, item, fed, count);
      fed += count;
      room -= std::int64_t(count);
      if (fed == item.ids.size()) {
        ++sequence;
        fed = 0;
      }
    }
    run(batch);
    for (; completed != sequence; ++completed)
      if (sequences[completed].isTemporary)
        sequences[completed].cache->clear();
  }
}

} // namespace

void feedSequences(Engine &engine, std::span<const FedSequence> sequences, LogitRows rows,
                   float *logits) {
  auto ask = [&](DecodeBatch &batch, const FedSequence &item, std::size_t first,
                 std::size_t count) {
    bool isComplete = first + count == item.ids.size();
    std::size_t wanted = rows == LogitRows::All ? count : isComplete ? 1 : 0;
    for (std::size_t back = logits ? wanted : 0; back != 0; --back)
      batch.request({}, std::int64_t(back - 1));
  };
  feed(engine, sequences, /*candidateCount=*/0, ask, [&](DecodeBatch &batch) {
    batch.run(batch.requestCount() == 0 ? nullptr : logits);
    if (logits)
      logits += batch.requestCount() * logitsWidth(engine.table);
  });
}

void scoreSequences(Engine &engine, std::span<const FedSequence> sequences, float *scores) {
  std::vector<float *> places; // of the requests' scores
  auto ask = [&](DecodeBatch &batch, const FedSequence &item, std::size_t first,
                 std::size_t count) {
    if (first == 0)
      *scores = 0;
    // An id that the search leaves out comes back with its logit.
    for (std::size_t next = first + 1; next <= first + count && next < item.ids.size(); ++next) {
      batch.request(item.ids.subspan(next, 1), std::int64_t(first + count - next));
      places.push_back(scores + next);
    }
    if (first + count == item.ids.size())
      scores += item.ids.size();
  };
  // One candidate, because there is no log-sum-exp without.
  feed(engine, sequences, /*candidateCount=*/1, ask, [&](DecodeBatch &batch) {
    batch.run();
    for (std::size_t index = 0; index < places.size(); ++index) {
      RowScores row = batch.scores(index);
      *places[index] = row.excludedLogits.front() - row.logSumExp;
    }
    places.clear();
  });
}

} // namespace transept::runtime
