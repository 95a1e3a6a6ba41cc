// SPDX-License-Identifier: Apache-2.0
//
// Builds the transept_invocation of decode.

#include "runtime/decode/DecodeBatch.h"

#include "runtime/base/Messages.h"
#include "runtime/base/Sizes.h"

#include <algorithm>
#include <cmath>

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
  share = nullptr;
  groups.clear();
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
  if (groups.empty() || groups.back().share != share)
    groups.push_back({share, requests.size()});
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
  searchMemory.reserve(multiplySizes(multiplySizes(blockCount(), requests.size()), perRequest));
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
  if (hasShares())
    addShares(invocation);
  return invocation;
}

bool DecodeBatch::hasShares() const {
  return std::ranges::any_of(groups, [](const ShareGroup &group) { return group.share; });
}

std::uint64_t DecodeBatch::blockCount() const {
  std::uint64_t most = 0;
  for (const ShareGroup &group : groups)
    most = std::max(most, group.share
                              ? roundUp(std::uint64_t(group.share->size()), TRANSEPT_SHARE_BLOCK) /
                                    TRANSEPT_SHARE_BLOCK
                              : engine.table.vocabulary_block_count);
  return most;
}

void DecodeBatch::addShares(transept_invocation &invocation) {
  shareOffsets.clear();
  shareSizes.clear();
  sharePanels.clear();
  shareBiases.clear();
  for (const ShareGroup &group : groups) {
    shareOffsets.push_back(std::int64_t(group.firstRequest));
    shareSizes.push_back(group.share ? group.share->size() : 0);
    sharePanels.push_back(group.share ? group.share->panels() : nullptr);
    shareBiases.push_back(group.share ? group.share->bias() : nullptr);
  }
  shareOffsets.push_back(std::int64_t(requests.size()));
  invocation.share_count = std::int64_t(groups.size());
  invocation.share_offsets = shareOffsets.data();
  invocation.share_panels = sharePanels.data();
  invocation.share_biases = shareBiases.data();
  invocation.share_sizes = shareSizes.data();
  placeExcluded();
  placeLogits.resize(excludedPlaces.size());
  invocation.excluded_offsets = placeOffsets.data();
  invocation.excluded_ids = excludedPlaces.data();
  invocation.excluded_logits = placeLogits.data();
}

/// What a share does not have need not be kept out of it.
void DecodeBatch::placeExcluded() {
  placeOffsets.assign(1, 0);
  excludedPlaces.clear();
  for (std::size_t group = 0; group != groups.size(); ++group) {
    auto end = std::size_t(shareOffsets[group + 1]);
    for (std::size_t request = groups[group].firstRequest; request != end; ++request) {
      for (std::int64_t index = excludedOffsets[request]; index != excludedOffsets[request + 1];
           ++index) {
        std::int32_t id = excludedIds[std::size_t(index)];
        std::int64_t place = groups[group].share ? groups[group].share->placeOf(id) : id;
        if (place >= 0)
          excludedPlaces.push_back(std::int32_t(place));
      }
      placeOffsets.push_back(std::int64_t(excludedPlaces.size()));
    }
  }
}

/// Places in shares become ids again.
void DecodeBatch::translateToIds() {
  auto nextLogit = placeLogits.begin();
  for (std::size_t group = 0; group != groups.size(); ++group) {
    const VocabularyShare *of = groups[group].share;
    auto end = std::size_t(shareOffsets[group + 1]);
    for (std::size_t request = groups[group].firstRequest; request != end; ++request) {
      for (std::int64_t index = excludedOffsets[request]; index != excludedOffsets[request + 1];
           ++index) {
        bool isScored = !of || of->placeOf(excludedIds[std::size_t(index)]) >= 0;
        excludedLogits[std::size_t(index)] = isScored ? *nextLogit++ : -INFINITY;
      }
      if (of)
        translateRequest(request, *of);
    }
  }
}

void DecodeBatch::translateRequest(std::size_t request, const VocabularyShare &of) {
  auto stride = std::size_t(candidateCount);
  for (std::int32_t &id : std::span(candidateIds).subspan(request * stride, stride))
    if (id >= 0)
      id = of.ids()[std::size_t(id)];
  if (!keepsRows)
    return;
  // From behind, because no place is behind its id.
  auto vocabulary = std::size_t(engine.table.target_vocabulary_size);
  std::span<float> row = std::span(wholeRows).subspan(request * vocabulary, vocabulary);
  std::size_t end = vocabulary;
  for (std::size_t place = of.ids().size(); place-- != 0;) {
    auto id = std::size_t(of.ids()[place]);
    float logit = row[place];
    std::fill(row.begin() + std::ptrdiff_t(id), row.begin() + std::ptrdiff_t(end), -INFINITY);
    row[id] = logit;
    end = id;
  }
  std::fill(row.begin(), row.begin() + std::ptrdiff_t(end), -INFINITY);
}

void DecodeBatch::finish(transept_invocation &invocation) {
  std::int64_t longestSource = *std::max_element(sourceLengths.begin(), sourceLengths.end());
  engine.runner.run(*engine.level.decode, invocation,
                    std::uint64_t(std::max(longestSequence, longestSource)), ProgramRole::Guest);
  checkCandidates();
  if (invocation.share_count != 0)
    translateToIds();
  for (std::size_t index = 0; index < caches.size(); ++index)
    caches[index]->commit(sequenceOffsets[index + 1] - sequenceOffsets[index]);
}

void DecodeBatch::checkCandidates() const {
  if (candidateCount == 0)
    return;
  // The ids index the next step's embeddings: a fault in generated code must end here.
  for (std::size_t group = 0; group != groups.size(); ++group) {
    const VocabularyShare *of = groups[group].share;
    std::int64_t limit = of ? of->size() : std::int64_t(engine.table.target_vocabulary_size);
    std::size_t end = group + 1 == groups.size() ? requests.size() : groups[group + 1].firstRequest;
    for (std::size_t index = groups[group].firstRequest * std::size_t(candidateCount);
         index != end * std::size_t(candidateCount); ++index)
      if (candidateIds[index] < -1 || candidateIds[index] >= limit)
        fail(ErrorCode::Internal, "decode returned candidate id ", candidateIds[index],
             ", but the vocabulary has ", limit, " ids");
  }
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
