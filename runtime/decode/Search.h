// SPDX-License-Identifier: Apache-2.0
//
// One source's way from its prompt to its finished sequences, a decode step at a time. The batch
// only knows this interface: searches of any kind run side by side in one invocation, and a new
// kind is one more class.
#ifndef TRANSEPT_RUNTIME_DECODE_SEARCH_H
#define TRANSEPT_RUNTIME_DECODE_SEARCH_H

#include "runtime/decode/Candidates.h"
#include "runtime/decode/Drafts.h"

namespace transept::runtime {

struct GeneratedSequence {
  std::vector<std::int32_t> ids;
  float score = 0;
  std::uint32_t finishReason = TRANSEPT_FINISH_LENGTH;
  std::vector<float> tokenScores = {}; // of what was generated, if the settings ask for them
};

/// Who hears of new tokens; `call` may be null.
struct TokenListener {
  transept_token_function call = nullptr;
  void *context = nullptr;
  std::uint64_t source = 0;

  /// Throws Error when the listener asks to stop.
  void tell(std::int32_t id) const;
};

class Search {
public:
  virtual ~Search() = default;

  /// True once no further step is needed; take() then has the sequences, best first or, sampled,
  /// by their numbers.
  virtual bool isDone() const = 0;
  virtual std::vector<GeneratedSequence> take() = 0;
  /// Makes the sequences of what there is, for take(); those that are not finished are cancelled.
  virtual void endEarly() = 0;

  /// Tokens generated so far.
  virtual std::int64_t generatedCount() const = 0;
  /// Rows that the next step adds to a batch.
  virtual std::int64_t pendingRows() const = 0;
  /// Caches all pending rows but one of each sequence, at most `rowLimit` in an invocation.
  virtual void prefill(DecodeBatch &batch, std::int64_t rowLimit) = 0;
  /// Adds the next step's rows and requests to the batch.
  virtual void addRows(DecodeBatch &batch) = 0;
  /// Whether it uses what this request of the step returns in any case, so that what is no number
  /// ends the call; what a wrong draft leads to may be nothing that the model can score.
  virtual bool needsScores(std::size_t) const { return true; }
  /// Goes on with what the batch's invocation returned for them.
  virtual void advance(const DecodeBatch &batch) = 0;
};

/// A token that a search begins with behind its prompt: it counts as generated.
struct ChosenToken {
  std::int32_t id;
  float score;      // what it adds to the sum of log-probabilities
  float tokenScore; // where the settings ask for scores of tokens
};

/// What every search is made from. The references outlive the search.
struct SearchStart {
  const GenerationSettings &settings;
  const EncoderEntry &entry;
  std::span<const std::int32_t> givenSourceIds;
  PagePool &pages;
  std::vector<std::int32_t> prompt; // not empty
  AllowedTokens allowed;
  Guesser guesser;
  const StopStrings &stops;
  /// Beam search: what results are drawn to, the ids that they begin with included; or none.
  std::vector<std::int32_t> softPrefix = {};
  std::vector<ChosenToken> chosen = {};
  /// Of prompt and chosen ids, what is cached already; null for nothing.
  const SelfCache *cached = nullptr;

  TokenRules rules() const {
    return {settings, givenSourceIds, std::int64_t(prompt.size()), allowed, &stops};
  }
};

/// Feeds all of `ids` but the last into `cache`, at most `rowLimit` in an invocation.
void prefillSequence(DecodeBatch &batch, const EncoderEntry &entry, SelfCache &cache,
                     std::span<const std::int32_t> ids, std::int64_t rowLimit);

} // namespace transept::runtime

#endif
