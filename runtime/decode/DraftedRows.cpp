// SPDX-License-Identifier: Apache-2.0
//
// What the rules ban is not chosen, so that nothing is asked about what would be behind it.

#include "runtime/decode/DraftedRows.h"

#include <algorithm>

namespace transept::runtime {

void DraftedRows::add(DecodeBatch &batch, const TokenRules &rules, SelfCache &cache,
                      std::span<const std::int32_t> ids, bool keepsRuledRows) {
  guessed.assign(ids.begin(), ids.end());
  excluded.resize(std::max(excluded.size(), rowCount()));
  rules.collect(guessed, excluded[0]);
  for (std::size_t row = 0; row != draft.size(); ++row) {
    if (excluded[row].bans(draft[row])) {
      draft.resize(row);
      break;
    }
    guessed.push_back(draft[row]);
    rules.collect(guessed, excluded[row + 1]);
  }
  batch.addSequence(cache, std::span(guessed).subspan(std::size_t(cache.length())));
  for (std::size_t row = 0; row != rowCount(); ++row) {
    std::size_t request = batch.request(excluded[row].ids, std::int64_t(draft.size() - row));
    firstRequest = row == 0 ? request : firstRequest;
    if (keepsRuledRows && !excluded[row].ids.empty())
      batch.keepRows();
  }
}

} // namespace transept::runtime
