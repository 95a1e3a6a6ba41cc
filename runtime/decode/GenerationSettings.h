// SPDX-License-Identifier: Apache-2.0
//
// The complete settings of one generate call: what the caller set, the model's defaults or Hugging
// Face's neutral ones for the rest, everything checked.
#ifndef TRANSEPT_RUNTIME_DECODE_GENERATIONSETTINGS_H
#define TRANSEPT_RUNTIME_DECODE_GENERATIONSETTINGS_H

#include "transept/abi.h"

#include <cstdint>
#include <vector>

namespace transept::runtime {

/// Ids are -1 where there is none. Lists hold only ids of the vocabulary.
struct GenerationSettings {
  std::int32_t decoderStart = -1;
  std::int32_t forcedBeginning = -1;
  std::int32_t forcedEnd = -1;
  std::int64_t beams = 1;
  std::int64_t returnCount = 1;
  std::int64_t maximumLength = 20;
  std::int64_t maximumNewTokens = -1;
  std::int64_t minimumLength = 0;
  std::int64_t minimumNewTokens = -1;
  std::int64_t noRepeatNgramSize = 0;
  std::int64_t encoderNoRepeatNgramSize = 0;
  std::uint32_t earlyStopping = TRANSEPT_EARLY_STOPPING_FALSE;
  float lengthPenalty = 1;
  float repetitionPenalty = 1;
  std::vector<std::int32_t> ends; // in the order given: the first is the one written by beam search
  std::vector<std::int32_t> suppressed;                // ascending, unique
  std::vector<std::int32_t> beginningSuppressed;       // ascending, unique
  std::vector<std::int32_t> badIds;                    // bad words of one id; ascending, unique
  std::vector<std::vector<std::int32_t>> badSequences; // longer bad words
  // Timestamp rules: this and all higher ids are timestamps; -1 without such rules.
  std::int32_t firstTimestamp = -1;
  std::int32_t noTimestamps = -1;            // the id before it, which stands for none of them
  std::int32_t maximumInitialTimestamp = -1; // how far the text may begin behind the first one

  std::uint64_t vocabularySize = 0;
  std::uint64_t maximumTargetLength = UINT64_MAX; // positions of the decoder

  /// Tokens to choose from in each beam search step of a source (Hugging Face's n_tokens_to_keep).
  std::int64_t beamCandidates() const {
    std::int64_t endCount = std::int64_t(ends.size());
    return (endCount > 1 ? 1 + endCount : 2) * beams;
  }
};

/// Merges and checks; `options` may be null. Throws Error naming the option.
GenerationSettings resolveSettings(const transept_model_table &table,
                                   const transept_generation_options *options);

} // namespace transept::runtime

#endif
