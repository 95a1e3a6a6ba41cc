// SPDX-License-Identifier: Apache-2.0
//
// One sequence in a step that checks a draft: a row behind what there is, and one behind each token
// of the draft. Greedy search and sampling choose row by row, and stop where the draft was wrong,
// so that results are those without it.
#ifndef TRANSEPT_RUNTIME_DECODE_DRAFTEDROWS_H
#define TRANSEPT_RUNTIME_DECODE_DRAFTEDROWS_H

#include "runtime/decode/DecodeBatch.h"
#include "runtime/decode/Drafts.h"

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
  /// Whether what was chosen at row `row` is what the next row stands behind.
  bool goesOn(std::size_t row, std::int32_t chosen) const {
    return row < draft.size() && draft[row] == chosen;
  }

private:
  std::vector<std::int32_t> draft;
  std::vector<std::int32_t> guessed; // the result with the draft
  std::size_t firstRequest = 0;
  std::vector<ExcludedIds> excluded; // behind the result, and behind each token of the draft
};

} // namespace transept::runtime

#endif
