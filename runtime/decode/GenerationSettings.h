// SPDX-License-Identifier: Apache-2.0
//
// The complete settings of one generate call: what the caller set, the model's defaults or Hugging
// Face's neutral ones for the rest, everything checked.
#ifndef TRANSEPT_RUNTIME_DECODE_GENERATIONSETTINGS_H
#define TRANSEPT_RUNTIME_DECODE_GENERATIONSETTINGS_H

#include "transept/abi.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transept::runtime {

/// The vocabulary search keeps lists of candidates in order; beyond this many it is quicker to look
/// at the whole row.
constexpr std::int64_t largestSearchedTopK = 128;

/// Lists of ids that are never generated.
struct BannedWords {
  std::vector<std::int32_t> ids;                    // of one id, no end; ascending, unique
  std::vector<std::vector<std::int32_t>> sequences; // longer ones
};

/// What `exponentialDecay` says; a factor of 1 is none.
struct DecayingPenalty {
  std::int64_t start = 0;
  float factor = 1;
};

/// Added to the score of the last of `ids` where the others are just before it.
struct BiasedSequence {
  std::vector<std::int32_t> ids; // one or more
  float bias;
};

/// Ids and limits are -1 where there is none. Lists hold only ids of the vocabulary.
struct GenerationSettings {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, ...)                  \
  std::int64_t name = neutral;
#define OPTION_LIMIT(name, abi_name, key, flag, hugging_face_name, neutral, ...)                   \
  std::int64_t name = neutral;
#define OPTION_FRACTION(name, abi_name, key, flag, hugging_face_name, neutral, ...)                \
  float name = neutral;
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, neutral, ...)          \
  std::uint32_t name = neutral;
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, neutral, ...)                 \
  bool name = neutral;
#define OPTION_ID(name, abi_name, key, flag, hugging_face_name, neutral, ...)                      \
  std::int32_t name = neutral;
#define OPTION_MODEL_ID(...)
// In the order given: beam search writes the first of the ends. Those of the other lists that rules
// look up in each step are ascending and unique.
#define OPTION_IDS(name, ...) std::vector<std::int32_t> name;
#define OPTION_WORDS(name, ...) BannedWords name;
#define OPTION_TEXTS(name, ...) std::vector<std::string> name;
#define OPTION_DECAY(name, ...) DecayingPenalty name;
// Each sequence once, those of one last id together: single ids first, else as they were given.
#define OPTION_BIASES(name, ...) std::vector<BiasedSequence> name;
#include "transept/generation_options.inc"

  // Timestamp rules: this and all higher ids are timestamps; -1 without such rules.
  std::int32_t firstTimestamp = -1;
  std::int32_t noTimestamps = -1;            // the id before it, which stands for none of them
  std::int32_t maximumInitialTimestamp = -1; // how far the text may begin behind the first one

  /// Whether the caller asked for a least length: one beyond the longest is a mistake then.
  bool isMinimumGiven = false;
  /// Whether the caller writes names of options as C++ has them.
  bool usesCppNames = false;
  std::string_view named(std::string_view cName, std::string_view cppName) const {
    return usesCppNames ? cppName : cName;
  }

  std::uint64_t vocabularySize = 0;
  bool hasShortlist = false;
  /// What every share of the vocabulary has, ascending: what ends results, or is forced.
  std::vector<std::int32_t> always;
  /// Ids that a search chooses from, more than which no source's shortlist has.
  std::uint64_t choosableIds() const {
    return vocabulary.empty() ? vocabularySize : vocabulary.size();
  }
  bool hasSource = true;                          // false for a decoder alone
  std::uint64_t maximumTargetLength = UINT64_MAX; // positions of the decoder
  std::int32_t uncounted = -1;                    // a target id that no sequence may have

  /// Tokens that are guessed for one step at most.
  std::int64_t draftLength = 0;

  std::uint64_t seed = 0;

  std::uint32_t tokenScores = TRANSEPT_TOKEN_SCORES_NONE;
  bool keepsTokenScores() const { return tokenScores != TRANSEPT_TOKEN_SCORES_NONE; }
  /// Whether scores of tokens must become log-probabilities: they are not where they are logits, or
  /// where rules act on log-probabilities and nothing renormalizes them.
  bool normalizesTokenScores() const {
    bool isAsked = tokenScores == TRANSEPT_TOKEN_SCORES_NORMALIZED;
    if (sample || !keepsTokenScores())
      return false;
    return beams == 1 ? isAsked || renormalize : isAsked && !renormalize;
  }

  /// What stands behind the end of a shorter sequence in Hugging Face's tensors, -1 for nothing.
  std::int32_t padding = -1;
  /// Each is a list of words of which one has to be generated; no word begins with another one.
  std::vector<std::vector<std::vector<std::int32_t>>> forcedWords;

  /// Sequences of a source that a search advances together.
  std::int64_t sequences() const {
    if (alternatives)
      return returnCount * beams;
    return sample && beams == 1 ? returnCount : beams;
  }
  /// Whether the prompt only draws results to it.
  bool isPromptSoft() const { return prefixBias > 0 && beams > 1; }
  /// Whether results are put in order again by what they look at.
  bool ranksByCoverage() const { return coveragePenalty > 0 && beams > 1; }
  /// Results that a group of beams collects before it may be done.
  std::int64_t hypothesesOfGroup() const {
    return std::max<std::int64_t>(1, std::llround(double(groupSize()) * double(patience)));
  }

  /// Beams that are compared with each other.
  std::int64_t groupSize() const { return beams / beamGroups; }
  /// Tokens that no warper may cut: in beam search, one that does not end a result.
  std::int64_t leastKeptTokens() const {
    return beams == 1 ? 1 : std::max<std::int64_t>(2, 1 + std::int64_t(ends.size()));
  }

  /// Whether a step needs the scores of the whole vocabulary, not only the best of them.
  bool needsWholeRows() const {
    return sample ? topK == 0 || topK > largestSearchedTopK : renormalize && beams > 1;
  }

  /// The best tokens of a row that a step needs beside that.
  std::int64_t candidates() const {
    return std::max(alternatives ? returnCount : 1, candidatesOfStep());
  }

  /// Tokens to choose from in each beam search step of a group (Hugging Face's n_tokens_to_keep).
  std::int64_t beamCandidates() const { return leastKeptTokens() * groupSize(); }

private:
  std::int64_t candidatesOfStep() const {
    if (needsWholeRows() || (!sample && beams == 1))
      return 1;
    // A few more than k, because equal scores at its border all stay.
    if (sample)
      return std::max(topK, leastKeptTokens()) + 8;
    // Each beam of other groups may push one of them down.
    return beamCandidates() + beams - groupSize();
  }
};

/// Merges and checks; `options` may be null. Throws Error naming the option.
GenerationSettings resolveSettings(const transept_model_table &table,
                                   const transept_generation_options *options);

} // namespace transept::runtime

#endif
