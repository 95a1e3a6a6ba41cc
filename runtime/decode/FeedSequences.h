// SPDX-License-Identifier: Apache-2.0
//
// Feeds given target ids to sequences and reads their logits: teacher forcing and the step API.
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

/// Appends each sequence's ids to its cache. `logits` may be null, or receives the target
/// vocabulary's logits of all rows, or of the last row of each sequence.
void feedSequences(Engine &engine, std::span<const FedSequence> sequences, LogitRows rows,
                   float *logits);

} // namespace transept::runtime

#endif
