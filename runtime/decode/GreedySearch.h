// SPDX-License-Identifier: Apache-2.0
//
// Greedy search: always the best next token. Drafts of tokens are checked in the same step.
#ifndef TRANSEPT_RUNTIME_DECODE_GREEDYSEARCH_H
#define TRANSEPT_RUNTIME_DECODE_GREEDYSEARCH_H

#include "runtime/decode/DraftedRows.h"
#include "runtime/decode/Search.h"

namespace transept::runtime {

class GreedySearch : public Search {
public:
  GreedySearch(SearchStart start, TokenListener listener);

  bool isDone() const override { return done; }
  std::vector<GeneratedSequence> take() override;
  void endEarly() override;
  std::int64_t generatedCount() const override { return length() - rules.promptLength(); }
  std::int64_t pendingRows() const override;
  void prefill(DecodeBatch &batch, std::int64_t rowLimit) override;
  void addRows(DecodeBatch &batch) override;
  bool needsScores(std::size_t request) const override { return request == rows.request(0); }
  void advance(const DecodeBatch &batch) override;

private:
  std::int64_t length() const { return std::int64_t(result.ids.size()); }
  /// `tokenScore` is used where the settings ask for scores of tokens.
  void append(std::int32_t id, float tokenScore);
  void appendForced();
  void choose(const RowScores &row, const ExcludedIds &changes);
  float tokenScoreOf(const RowScores &row, const ExcludedIds &changes,
                     const Candidate &chosen) const;
  void guess();

  const GenerationSettings &settings;
  TokenRules rules;
  const EncoderEntry &entry;
  TokenListener listener;
  SelfCache cache;
  GeneratedSequence result;
  bool done = false;

  Drafts drafts;
  DraftedRows rows; // of the next step
  std::vector<Candidate> candidates;
};

} // namespace transept::runtime

#endif
