// SPDX-License-Identifier: Apache-2.0
//
// What the encoder cache keeps for one source: the key (its content) and what encode made.
#ifndef TRANSEPT_RUNTIME_CACHE_ENCODERENTRY_H
#define TRANSEPT_RUNTIME_CACHE_ENCODERENTRY_H

#include "runtime/platform/AlignedMemory.h"

#include <list>
#include <span>
#include <vector>

namespace transept::runtime {

/// A source as it is encoded: token ids after masked ones were dropped, or rows of features.
struct PackedSource {
  std::vector<std::int32_t> ids;       // one for each position, or none
  std::vector<std::int32_t> positions; // of the encoder's rows
  std::vector<float> features;         // [feature rows, width], all finite
  std::vector<std::int64_t> globals;   // rows of global tokens, ascending

  bool operator==(const PackedSource &) const = default;
};

/// Key, keys/values and states never change once the entry is ready; the rest belongs to the cache.
struct EncoderEntry {
  enum class State { Filling, Ready, Failed };

  PackedSource source;
  AlignedMemory keysAndValues; // laid out by encoder_slots, slack behind
  AlignedMemory states;        // [length, encoder hidden size]
  std::uint64_t bytes = 0;     // that count against the budget

  // Guarded by the cache's mutex:
  State state = State::Filling;
  std::uint64_t hash = 0;
  std::uint64_t references = 0;
  std::list<EncoderEntry *>::iterator recency; // in the list of unreferenced entries

  std::uint64_t length() const { return source.positions.size(); }
};

} // namespace transept::runtime

#endif
