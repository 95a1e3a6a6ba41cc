// SPDX-License-Identifier: Apache-2.0
//
// One sequence in a step that checks a draft: a row behind what there is, and one behind each token
// of the draft. Greedy search and sampling choose row by row, and stop where the draft was wrong,
// so that results are those without it.
#ifndef TRANSEPT_RUNTIME_DECODE_DRAFTEDROWS_H
#define TRANSEPT_RUNTIME_DECODE_DRAFTEDROWS_H

#include "runtime/decode/DecodeBatch.h"
#include "runtime/decode/Drafts.h"

#include <cmath>

namespace transept::runtime {

class DraftedRows {
public:
  /// Guesses tokens for the next step.
  void guess(const Drafts &drafts, std::span<const std::int32_t> ids) { drafts.guess(ids, draft); }

  /// Adds the rows of `ids` that `cache` does not have and those of the draft, and their requests.
  /// Rows on which rules act keep all their logits if `keepsRuledRows`.
  void add(DecodeBatch &batch, const TokenRules &rules, SelfCache &cache,
           std::span<const std::int32_t> ids, bool keepsRuledRows);

  /// Tokens guessed for the step.
  std::size_t draftSize() const { return draft.size(); }
  std::size_t rowCount() const { return draft.size() + 1; }
  /// The request of row `row`, 0 behind what there is.
  std::size_t request(std::size_t row) const { return firstRequest + row; }
  const ExcludedIds &excludedOf(std::size_t row) const { return excluded[row]; }

  /// Calls choose(scores, excluded) for row 0, and for each further one while what was chosen is
  /// what it stands behind: `choose` returns the id, or -1 where the sequence is done.
  template <typename Choose> void follow(const DecodeBatch &batch, Choose &&choose) const {
    for (std::size_t row = 0; row != rowCount(); ++row) {
      RowScores scores = batch.scores(request(row));
      if (row != 0 && !std::isfinite(scores.logSumExp))
        return; // the next step asks for it again, and ends the call
      std::int32_t chosen = choose(scores, excluded[row]);
      if (row == draft.size() || chosen != draft[row])
        return;
    }
  }

private:
  std::vector<std::int32_t> draft;
  std::vector<std::int32_t> guessed; // the result with the draft
  std::size_t firstRequest = 0;
  std::vector<ExcludedIds> excluded; // behind the result, and behind each token of the draft
};

} // namespace transept::runtime

#endif
