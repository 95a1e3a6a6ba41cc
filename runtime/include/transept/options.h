// SPDX-License-Identifier: Apache-2.0
//
// What can be set when a model is opened, encodes and generates, and what generate returns.
#ifndef TRANSEPT_OPTIONS_H
#define TRANSEPT_OPTIONS_H

#include "transept/abi.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace transept {

/// A token id. Lists of ids are std::vector<Id>; functions take any std::span.
using Id = std::int32_t;

/// Threads that models work on together: those of an opened model (Model::workers()), or the
/// program's own. A call on a model runs on the thread that makes it and on these.
struct Workers {
  /// Runs work on threads (see abi.h), null for none: calls function(argument, worker) for each
  /// worker below a count, all at the same time, and returns 0 after all have returned.
  transept_executor_function executor = nullptr;
  /// First argument of executor.
  void *context = nullptr;
  /// How many workers it can run at once, the calling thread included.
  unsigned count = 0;
  /// Kept as long as a model uses these workers.
  std::shared_ptr<const void> owner = {};
};

/// How a model is opened. What is set here is shared by all sessions on the model.
struct OpenOptions {
  /// Threads that work on one call, the calling one included; 0 for the physical cores that this
  /// process may use (affinity and control group considered). At most 1024.
  unsigned threads = 0;
  /// Bytes of encoded sources to keep for reuse. Sources in use stay even beyond it; 0 keeps none
  /// that is not in use.
  std::size_t encoderCacheBytes = std::size_t(256) << 20;
  /// Bytes that the self-attention caches of all running sequences may take together. A source
  /// waits until all that it may come to is free; a call that may need more at once throws Error
  /// (OutOfMemory). 0 for no limit.
  std::size_t selfCacheBytes = 0;
  /// Requests (Model::submit) that may be on their way at once; more are refused. 0 for any number.
  std::size_t maximumRequests = 0;
  /// Name of the instruction-set level to run (see Model::levels()); empty for the best that this
  /// processor has.
  std::string level = {};
  /// Where another model or the program brings the threads: all work on these, at most `threads` of
  /// them (0 for all). Calls on models that share workers take turns.
  Workers workers = {};
};

/// One source: ids, and for padded input a mask or positions of one's own; or rows of features for
/// models that read sound, images or another model's states.
struct SourceInput {
  std::span<const Id> ids;
  /// Empty, or one number for each id: 1 keeps it, 0 drops it. Dropped ids are as if they had never
  /// been there, but the others keep their positions. Of models that have global tokens, 2 makes an
  /// id one, which sees all others and which all see; without a mask the first id is one.
  std::span<const std::uint8_t> mask = {};
  /// The position of each id. Empty: 0, 1, 2, ..., as the model counts them, which may be without
  /// padding.
  std::span<const std::int32_t> positions = {};
  /// [rows, sourceFeatureWidth()], one row after another, all finite; ids stay empty then.
  std::span<const float> features = {};
  /// A model that was trained on sources of one length (sourceFeatureCount()) refuses shorter ones,
  /// which it understands less well, unless this is set.
  bool allowFewerFeatures = false;
};

/// When beam search is done with a source, once it has as many finished hypotheses as beams.
enum class EarlyStopping : std::int32_t {
  WhenUnlikely = TRANSEPT_EARLY_STOPPING_FALSE, ///< no better one is likely (HF: false)
  AtOnce = TRANSEPT_EARLY_STOPPING_TRUE,        ///< at once (HF: true)
  Never = TRANSEPT_EARLY_STOPPING_NEVER         ///< no better one is possible (HF: "never")
};

/// Which scores of single tokens generate returns: those of transformers'
/// compute_transition_scores.
enum class TokenScores : std::uint32_t {
  None = TRANSEPT_TOKEN_SCORES_NONE,
  /// What the search worked with (normalize_logits=False). Beam search: log-probabilities after the
  /// rules, whose sum is the hypothesis' before its length penalty. Greedy search: logits after the
  /// rules. Sampling: scores after the rules, temperature and cuts.
  Processed = TRANSEPT_TOKEN_SCORES_PROCESSED,
  /// Log-probabilities among what the rules and cuts leave (normalize_logits=True): greedy search,
  /// beam search and sampling can be compared by them.
  Normalized = TRANSEPT_TOKEN_SCORES_NORMALIZED
};

/// The decaying length penalty: behind `start` new tokens, an end's score grows by its amount times
/// factor ** (tokens behind them) - 1. A factor of 1 changes nothing.
struct ExponentialDecay {
  int start = 0;
  float factor = 1;
  bool operator==(const ExponentialDecay &) const = default;
};

/// A number that is added to the score of the last of `ids` where the others are just before it.
struct SequenceBias {
  std::vector<Id> ids;
  float bias = 0;
  bool operator==(const SequenceBias &) const = default;
};

/// Where a token is to be chosen.
struct TokenPrefix {
  /// Number of the source.
  std::size_t source;
  /// Decoder start, prompt and what was generated so far.
  std::span<const Id> ids;
  /// The end of these: what was chosen, without decoder start, prompt and a forced beginning.
  std::span<const Id> generated;
};

/// How a call stands among others of the model. Results do not depend on it, only when they come.
struct Schedule {
  /// Calls with the same number share one caller's part of the steps; 0: a caller of its own. A
  /// server gives each of its users a number.
  std::uint64_t caller = 0;
  /// The caller's part beside others, above 0: with 2, twice as many of its sources run.
  float weight = 1;
  /// Among waiting sources of one caller, those of higher priority begin first.
  int priority = 0;
  /// The call throws Error (DeadlineExceeded) unless it ends so long after it began, as soon as
  /// that is certain; 0: no deadline.
  std::chrono::microseconds deadline = {};
};

/// How to generate; the meaning of each option is that of transformers 4.44. What is unset takes
/// the model's default (its generation_config.json).
struct GenerateOptions {
  /// Take Hugging Face's neutral defaults instead of the model's for what is unset.
  bool ignoreModelDefaults = false;

  // The options of generation_options.inc, which docs/reference/generation-options.md explains.
  // Numbers and ids of which there may be none take -1 for none.
#define OPTION_NUMBER(name, ...) std::optional<int> name = {};
#define OPTION_LIMIT(name, ...) std::optional<int> name = {};
#define OPTION_FRACTION(name, ...) std::optional<float> name = {};
#define OPTION_EARLY_STOPPING(name, ...) std::optional<EarlyStopping> name = {};
#define OPTION_BOOLEAN(name, ...) std::optional<bool> name = {};
#define OPTION_ID(name, ...) std::optional<Id> name = {};
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, ...) std::optional<std::vector<Id>> name = {};
#define OPTION_WORDS(name, ...) std::optional<std::vector<std::vector<Id>>> name = {};
#define OPTION_TEXTS(name, ...) std::optional<std::vector<std::string>> name = {};
#define OPTION_DECAY(name, ...) std::optional<ExponentialDecay> name = {};
#define OPTION_BIASES(name, ...) std::optional<std::vector<SequenceBias>> name = {};
#include "transept/generation_options.inc"

  /// Models of speech: what follows the prompt are texts between timestamps (see speech.h), which
  /// come in pairs and do not decrease.
  std::optional<bool> timestamps = {};

  /// Decoder ids that every sequence begins with, after the decoder start and the forced beginning
  /// (which are not put there twice if the prompt itself begins with them).
  std::vector<Id> prompt = {};
  /// One prompt for each source instead; empty, or as many as sources.
  std::vector<std::vector<Id>> prompts = {};

  /// Sampling draws by (seed, number of the source, number of the sample, length of the sequence):
  /// the same four give the same random number, whatever else is in the call.
  std::uint64_t seed = 0;
  /// The number of each source, as many as sources; empty for 0, 1, 2, ... A call on a part of a
  /// batch gives the numbers that its sources have in the whole, and gets the same samples.
  std::vector<std::uint64_t> sourceNumbers = {};

  /// Whether sequences come with a score of each token.
  TokenScores tokenScores = TokenScores::None;

  /// Beam search: words, as ids, that every result contains where the search finds a way (Hugging
  /// Face's force_words_ids). Of each list of words one is enough: {{{5, 17}}, {{9}, {8, 3}}} needs
  /// 5 17, and 9 or 8 3.
  std::vector<std::vector<std::vector<Id>>> forcedWords = {};

  /// Called with the number of the source and each new token of its best result as soon as it is
  /// certain: in greedy search and sampling when it is chosen, in beam search when all hypotheses
  /// that can still become the best agree on it. Of several samples it hears the first alone, the
  /// first of the results, and nothing once that has ended. Returning false ends the call as `stop`
  /// does; an exception ends it with that exception. Called while the call lasts, by one thread at
  /// a time, which may be that of another call whose steps this one shares: it should be quick, and
  /// must not use the model.
  std::function<bool(std::size_t source, Id id)> onToken = {};

  /// Called, as onToken is, when `done` of `total` sources are, after each. Returning false ends
  /// the call as `stop` does; an exception ends it with that exception. Must not use the model.
  std::function<bool(std::size_t done, std::size_t total)> onProgress = {};

  /// Ends the call with Error (Cancelled) before its next step once a stop is requested.
  std::stop_token stop = {};
  /// A call that is asked to stop, by `stop` or a callback, returns what there is instead of
  /// throwing; sequences that were not finished have FinishReason::Cancelled.
  bool keepPartial = false;

  /// Says which ids may follow (transformers' prefix_allowed_tokens_fn), one or more in any order;
  /// all others are banned. Called before each token that is chosen, for each beam, as onToken is;
  /// not where a token is forced. What it returns must depend on the prefix alone; an exception
  /// ends the call with that exception. Must not use the model. See token_trie.h.
  std::function<std::vector<Id>(const TokenPrefix &prefix)> allowedIds = {};

  /// Greedy search and sampling: guesses what follows a prefix, at most `limit` ids (guessLength,
  /// or fewer where there is no room). They are checked together in one step, and results are those
  /// without guesses, bit by bit. Called before each step, as onToken is; an exception ends the
  /// call with that exception. Must not use the model; another one, it may: see draft.h.
  std::function<std::vector<Id>(const TokenPrefix &prefix, std::size_t limit)> guess = {};

  /// How the call stands among others that share its steps.
  Schedule schedule = {};

  /// The text that each token has, UTF-8, for stopStrings; unset: what the library's tokenizer
  /// says. Called as onToken is, for each id once or so; an exception ends the call with that
  /// exception. Must not use the model.
  std::function<std::string(Id id)> tokenText = {};
};

enum class FinishReason : std::uint32_t {
  End = TRANSEPT_FINISH_END,             ///< an end id was generated
  Length = TRANSEPT_FINISH_LENGTH,       ///< the maximum length was reached
  Cancelled = TRANSEPT_FINISH_CANCELLED, ///< the call was asked to stop (see keepPartial)
  Stop = TRANSEPT_FINISH_STOP            ///< one of the stop strings was generated
};

/// One generated sequence.
struct Sequence {
  /// Decoder start, forced beginning and prompt, and what was generated, with the end id where one
  /// was.
  std::vector<Id> ids;
  /// Beam search: transformers' sequences_scores. Greedy search: the sum of the model's
  /// log-probabilities of the generated ids (without rules and penalties; a forced id counts 0).
  /// Sampling: the sum of the log-probabilities with which they were drawn, after rules,
  /// temperature and cuts (transformers' compute_transition_scores with normalize_logits).
  float score = 0;
  FinishReason finishReason = FinishReason::Length;
  /// What GenerateOptions::tokenScores asks for: a score of each generated id, the last
  /// tokenScores.size() of ids. A forced id has 0, one that is there although the rules ban all has
  /// -infinity.
  std::vector<float> tokenScores = {};
};

namespace detail {

inline Sequence sequenceOf(const transept_sequence &view, std::span<const float> tokenScores) {
  return {{view.ids, view.ids + view.length},
          view.score,
          static_cast<FinishReason>(view.finish_reason),
          {tokenScores.begin(), tokenScores.end()}};
}

} // namespace detail

/// What generate returns for one source: its sequences, best first (samples: in the order of their
/// numbers), never empty.
struct Generation {
  std::vector<Sequence> sequences;

  const Sequence &best() const & { return sequences.front(); }
  const std::vector<Id> &ids() const & { return best().ids; }
  // Of a temporary they are values: `for (Id id : model.generate(source).ids())` is safe.
  Sequence best() && { return std::move(sequences.front()); }
  std::vector<Id> ids() && { return std::move(sequences.front().ids); }
};

/// Rows of equally many floats: logits [rows, vocabulary] or states [rows, hidden size].
struct Rows {
  std::size_t width = 0;
  std::vector<float> values = {};

  std::size_t size() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const float> operator[](std::size_t row) const {
    return std::span(values).subspan(row * width, width);
  }
};

/// The weights of one cross-attention over one source: [heads, rows, keys], each row of keys sums
/// to 1 (to 0 over an empty source).
struct AttentionWeights {
  std::size_t heads = 0, rows = 0, keys = 0;
  std::vector<float> values = {};

  /// One head's weights of one target row over the source.
  std::span<const float> operator()(std::size_t head, std::size_t row) const {
    return std::span(values).subspan((head * rows + row) * keys, keys);
  }
  /// The mean over the heads, as weights of one head.
  AttentionWeights averaged() const {
    AttentionWeights mean{1, rows, keys, std::vector<float>(rows * keys)};
    for (std::size_t index = 0; index < values.size(); ++index)
      mean.values[index % mean.values.size()] += values[index] / float(heads);
    return mean;
  }
};

/// What a model without a vocabulary makes of one target.
struct Transformed {
  Rows states;
  /// Of the cross-attentions that were asked for, in that order.
  std::vector<AttentionWeights> attention = {};
};

/// Exact counts of what an opened model did and holds.
using Statistics = transept_statistics;

} // namespace transept

#endif
