// SPDX-License-Identifier: Apache-2.0
//
// Builds the transept_invocation of decode.

#include "runtime/decode/DecodeBatch.h"

#include "runtime/base/Messages.h"
#include "runtime/base/Sizes.h"

#include <algorithm>

namespace transept::runtime {

void DecodeBatch::want(std::int64_t count, bool keepsRow) {
  wanted = {count, keepsRow};
}

void DecodeBatch::clear(std::int64_t count, bool keepsRow) {
  want(count, keepsRow);
  longestSequence = 0;
  currentSource = nullptr;
  caches.clear();
  ids.clear();
  positions.clear();
  sequenceOffsets.assign(1, 0);
  pastLengths.clear();
  selfPages.clear();
  sourceOffsets.assign(1, 0);
  sourceLengths.clear();
  sourceEntries.clear();
  requests.clear();
  requestedRows.clear();
  excludedOffsets.assign(1, 0);
  excludedIds.clear();
}

void DecodeBatch::setSource(const EncoderEntry &entry) {
  if (currentSource == &entry)
    return;
  currentSource = &entry;
  sourceEntries.push_back(entry.keysAndValues.floats());
  sourceLengths.push_back(std::int64_t(entry.length()));
  sourceOffsets.push_back(rowCount());
}

void DecodeBatch::addSequence(SelfCache &cache, std::span<const std::int32_t> newIds) {
  std::int64_t past = cache.length();
  for (std::size_t index = 0; index < newIds.size(); ++index) {
    ids.push_back(newIds[index]);
    positions.push_back(std::int32_t(past + std::int64_t(index)));
  }
  caches.push_back(&cache);
  pastLengths.push_back(past);
  sequenceOffsets.push_back(rowCount());
  sourceOffsets.back() = rowCount();
  longestSequence = std::max(longestSequence, past + std::int64_t(newIds.size()));
}

std::size_t DecodeBatch::request(std::span<const std::int32_t> excluded, std::int64_t rowsBack) {
  requests.push_back(wanted);
  requestedRows.push_back(rowCount() - 1 - rowsBack);
  excludedIds.insert(excludedIds.end(), excluded.begin(), excluded.end());
  excludedOffsets.push_back(std::int64_t(excludedIds.size()));
  return requests.size() - 1;
}

void DecodeBatch::reserveResults() {
  candidateCount = 0;
  keepsRows = false;
  for (const Request &request : requests) {
    candidateCount = std::max(candidateCount, request.candidateCount);
    keepsRows |= request.keepsRow;
  }
  excludedLogits.resize(excludedIds.size());
  if (keepsRows)
    wholeRows.resize(multiplySizes(requests.size(), engine.table.target_vocabulary_size));
  if (candidateCount == 0)
    return;
  std::size_t candidates = requests.size() * std::size_t(candidateCount);
  candidateIds.resize(candidates);
  candidateLogits.resize(candidates);
  logSumExp.resize(requests.size());
}

transept_invocation DecodeBatch::prepare(float *logits) {
  reserveResults();
  std::uint64_t perRequest = 8 + 8 * std::uint64_t(candidateCount);
  searchMemory.reserve(multiplySizes(
      multiplySizes(engine.table.vocabulary_block_count, requests.size()), perRequest));
  for (std::size_t index = 0; index < caches.size(); ++index)
    caches[index]->prepare(sequenceOffsets[index + 1] - sequenceOffsets[index]);
  for (SelfCache *cache : caches)
    selfPages.push_back(cache->pages());

  transept_invocation invocation{};
  invocation.row_count = rowCount();
  invocation.ids = ids.data();
  invocation.positions = positions.data();
  invocation.sequence_count = std::int64_t(caches.size());
  invocation.sequence_offsets = sequenceOffsets.data();
  invocation.past_lengths = pastLengths.data();
  invocation.self_pages = selfPages.data();
  invocation.source_count = std::int64_t(sourceEntries.size());
  invocation.source_offsets = sourceOffsets.data();
  invocation.source_entries = sourceEntries.data();
  invocation.source_lengths = sourceLengths.data();
  invocation.requested_count = std::int64_t(requestedRows.size());
  invocation.requested_rows = requestedRows.data();
  invocation.logits = keepsRows ? wholeRows.data() : logits;
  invocation.candidate_count = candidateCount;
  if (candidateCount != 0) {
    invocation.candidate_ids = candidateIds.data();
    invocation.candidate_logits = candidateLogits.data();
    invocation.log_sum_exp = logSumExp.data();
  }
  if (!excludedIds.empty()) {
    invocation.excluded_offsets = excludedOffsets.data();
    invocation.excluded_ids = excludedIds.data();
    invocation.excluded_logits = excludedLogits.data();
  }
  invocation.search_memory = searchMemory.data();
  return invocation;
}

void DecodeBatch::finish(transept_invocation &invocation) {
  std::int64_t longestSource = *std::max_element(sourceLengths.begin(), sourceLengths.end());
  engine.runner.run(*engine.level.decode, invocation,
                    std::uint64_t(std::max(longestSequence, longestSource)), ProgramRole::Guest);
  checkCandidates();
  for (std::size_t index = 0; index < caches.size(); ++index)
    caches[index]->commit(sequenceOffsets[index + 1] - sequenceOffsets[index]);
}

void DecodeBatch::checkCandidates() const {
  if (candidateCount == 0)
    return;
  // The ids index the next step's embeddings: a fault in generated code must end here.
  for (std::int32_t id : candidateIds)
    if (id < -1 || id >= std::int64_t(engine.table.target_vocabulary_size))
      fail(ErrorCode::Internal, "decode returned candidate id ", id, ", but the vocabulary has ",
           engine.table.target_vocabulary_size, " ids");
}

RowScores DecodeBatch::scores(std::size_t number) const {
  const Request &request = requests[number];
  auto stride = std::size_t(candidateCount), count = std::size_t(request.candidateCount);
  auto first = std::size_t(excludedOffsets[number]);
  auto last = std::size_t(excludedOffsets[number + 1]);
  auto vocabulary = std::size_t(request.keepsRow ? engine.table.target_vocabulary_size : 0);
  return {std::span(candidateIds).subspan(number * stride, count),
          std::span(candidateLogits).subspan(number * stride, count),
          std::span(excludedLogits).subspan(first, last - first), logSumExp[number],
          std::span(wholeRows).subspan(number * vocabulary, vocabulary)};
}

} // namespace transept::runtime
