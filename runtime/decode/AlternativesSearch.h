// SPDX-License-Identifier: Apache-2.0
//
// The likeliest next tokens of a prompt, each continued by a search of its own, as CTranslate2's
// return_alternatives.
#ifndef TRANSEPT_RUNTIME_DECODE_ALTERNATIVESSEARCH_H
#define TRANSEPT_RUNTIME_DECODE_ALTERNATIVESSEARCH_H

#include "runtime/decode/MakeSearch.h"

namespace transept::runtime {

class AlternativesSearch : public Search {
public:
  /// The listener hears of the first one.
  AlternativesSearch(SearchStart start, std::uint64_t number, TokenListener listener);

  bool isDone() const override;
  /// The best result of each.
  std::vector<GeneratedSequence> take() override;
  void endEarly() override;
  std::int64_t generatedCount() const override;
  std::int64_t pendingRows() const override;
  void prefill(DecodeBatch &batch, std::int64_t rowLimit) override;
  void addRows(DecodeBatch &batch) override;
  bool needsScores(std::size_t request) const override;
  void advance(const DecodeBatch &batch) override;

private:
  std::int64_t length() const { return std::int64_t(ids.size()); }
  void choose(const DecodeBatch &batch);
  void begin(std::span<const ChosenToken> tokens, const TokenListener &first);

  SearchStart start;
  TokenRules rules;
  const std::uint64_t number;
  const TokenListener listener;
  std::vector<std::int32_t> ids; // the prompt, and what is forced behind it
  SelfCache cache;
  std::size_t request = 0;
  ExcludedIds excluded;
  std::vector<std::unique_ptr<Search>> searches; // none before the tokens are chosen
};

} // namespace transept::runtime

#endif
