// SPDX-License-Identifier: Apache-2.0
//
// Feeds given target ids to sequences and reads their scores: teacher forcing and the step API.
#ifndef TRANSEPT_RUNTIME_DECODE_FEEDSEQUENCES_H
#define TRANSEPT_RUNTIME_DECODE_FEEDSEQUENCES_H

#include "runtime/decode/DecodeBatch.h"

namespace transept::runtime {

struct FedSequence {
  const EncoderEntry *entry;
  SelfCache *cache;
  std::span<const std::int32_t> ids; // checked
  bool isTemporary = false;          // its pages are given back as soon as it is fed
};

enum class LogitRows { All, Last };

/// Throws Error if an id is not in the target vocabulary or `past` + their count exceeds the
/// decoder's positions. `what` names the ids in messages.
void checkTargetIds(const transept_model_table &table, std::string_view what,
                    std::span<const std::int32_t> ids, std::int64_t past);

/// The same of one id, which `what` names.
void checkTargetId(const transept_model_table &table, const std::string &what, std::int32_t id);

/// Numbers in a row of logits: one for each label of a classifier or id of the target vocabulary,
/// or those that a model gives in their place.
std::size_t logitsWidth(const transept_model_table &table);

/// Appends each sequence's ids to its cache. `logits` may be null, or receives the logits of all
/// rows, or of the last row of each sequence.
void feedSequences(Engine &engine, std::span<const FedSequence> sequences, LogitRows rows,
                   float *logits);

/// The same, and `scores` receives a number for each id: the logarithm of its probability behind
/// those before it, 0 for the first one of each sequence.
void scoreSequences(Engine &engine, std::span<const FedSequence> sequences, float *scores);

} // namespace transept::runtime

#endif
