// SPDX-License-Identifier: Apache-2.0
//
// Collects the rows of one decode invocation and runs it. Kept between steps: in steady state
// nothing is allocated.
#ifndef TRANSEPT_RUNTIME_DECODE_DECODEBATCH_H
#define TRANSEPT_RUNTIME_DECODE_DECODEBATCH_H

#include "runtime/base/StopRequest.h"
#include "runtime/cache/SelfCache.h"
#include "runtime/cache/VocabularyShares.h"
#include "runtime/engine/Engine.h"

#include <span>

namespace transept::runtime {

/// What a requested row got back; the spans live until the next clear().
struct RowScores {
  std::span<const std::int32_t> candidateIds; // by falling logit; -1 where fewer remain
  std::span<const float> candidateLogits;
  std::span<const float> excludedLogits; // beside the ids that were excluded
  float logSumExp;
  std::span<const float> logits; // of the whole vocabulary, where they were asked for
};

class DecodeBatch {
public:
  explicit DecodeBatch(Engine &engine) : engine(engine) {}

  /// Invocations throw Error (Cancelled) instead of running once `stop` is made.
  void setStop(StopRequest newStop) { stop = newStop; }

  /// Forgets all rows; the requests that follow want what want() would say.
  void clear(std::int64_t candidateCount = 0, bool keepsRows = false);
  /// Each of the requests that follow gets `candidateCount` candidates (0: none, and no
  /// log-sum-exp), and if `keepsRows` its logits; whatever the others of the invocation get.
  void want(std::int64_t candidateCount, bool keepsRows);
  /// The requests that follow are scored against this share of the vocabulary, which must live
  /// until the next clear(), or (null) against all of it. What they exclude need not be in it: its
  /// logit is -inf. Requests of one share should follow one another.
  void setShare(const VocabularyShare *newShare) { share = newShare; }
  /// Keeps the logits of the last request, whatever want() said.
  void keepRows() { requests.back().keepsRow = true; }
  /// The sequences added next read this entry; a repeated call for the same entry adds no group.
  void setSource(const EncoderEntry &entry);
  /// Adds the rows of `ids` behind what `cache` holds. The cache must live until run() returns.
  void addSequence(SelfCache &cache, std::span<const std::int32_t> ids);
  /// Asks for the scores of the last added row (offset 0) or one before it, in rising order.
  /// Returns the request's number. `excluded` is ascending and unique.
  std::size_t request(std::span<const std::int32_t> excluded = {}, std::int64_t rowsBack = 0);

  std::size_t requestCount() const { return requests.size(); }
  std::int64_t rowCount() const { return std::int64_t(ids.size()); }

  /// Runs decode and counts the rows as cached. `logits`, if given, receives
  /// [requests, target vocabulary] floats; `complete` may ask for further results. If it throws,
  /// every cache keeps its length.
  template <typename Complete> void run(float *logits, Complete &&complete) {
    if (ids.empty())
      return;
    stop.check();
    transept_invocation invocation = prepare(logits);
    complete(invocation);
    finish(invocation);
  }
  void run(float *logits = nullptr) {
    run(logits, [](transept_invocation &) {});
  }

  RowScores scores(std::size_t request) const;

private:
  struct Request {
    std::int64_t candidateCount;
    bool keepsRow;
  };

  /// Adjacent requests that are scored against one share, or (null) the whole vocabulary.
  struct ShareGroup {
    const VocabularyShare *share;
    std::size_t firstRequest;
  };

  transept_invocation prepare(float *logits);
  bool hasShares() const;
  std::uint64_t blockCount() const;
  void addShares(transept_invocation &invocation);
  void placeExcluded();
  void translateToIds();
  void translateRequest(std::size_t request, const VocabularyShare &of);
  void finish(transept_invocation &invocation);
  void reserveResults();
  void checkCandidates() const;

  Engine &engine;
  StopRequest stop;
  Request wanted{};
  // Of all requests together: the most candidates, and whether one of them keeps its row.
  std::int64_t candidateCount = 0;
  bool keepsRows = false;
  std::int64_t longestSequence = 0;
  const EncoderEntry *currentSource = nullptr;

  std::vector<SelfCache *> caches;
  std::vector<std::int32_t> ids, positions;
  std::vector<std::int64_t> sequenceOffsets, pastLengths;
  std::vector<float *const *> selfPages;
  std::vector<std::int64_t> sourceOffsets, sourceLengths;
  std::vector<const float *> sourceEntries;
  std::vector<Request> requests;
  std::vector<std::int64_t> requestedRows, excludedOffsets;
  std::vector<std::int32_t> excludedIds;

  std::vector<float> excludedLogits, candidateLogits, logSumExp, wholeRows;
  std::vector<std::int32_t> candidateIds;

  const VocabularyShare *share = nullptr;
  std::vector<ShareGroup> groups;
  // Where there are shares: of the groups, and excluded ids as their places in these.
  std::vector<std::int64_t> shareOffsets, shareSizes, placeOffsets;
  std::vector<const void *> sharePanels;
  std::vector<const float *> shareBiases;
  std::vector<std::int32_t> excludedPlaces;
  std::vector<float> placeLogits;
  AlignedMemory searchMemory;
};

} // namespace transept::runtime

#endif
