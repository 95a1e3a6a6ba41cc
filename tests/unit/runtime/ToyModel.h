// SPDX-License-Identifier: Apache-2.0
//
// A model whose next-token logits are a hash of the source and the whole prefix, both read back
// from the caches: any wrong page, entry or length changes everything that follows.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_TOYMODEL_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_TOYMODEL_H

#include "transept/model.h"

#include <atomic>

namespace transept::tests {

/// What takes the place of weights.
struct ToyParameters {
  std::uint64_t seed = 1;
  std::uint32_t vocabulary = 23;
  std::int32_t tokens[64] = {};              // panels of four: each token's only word is its id
  float endBias = 0;                         // added to the logit of id 2
  std::uint32_t firstTimestamp = UINT32_MAX; // this and higher ids
  float timestampBias = 0;                   // are made likelier by this
  std::int32_t badSource = -1;  // over a source that begins with this id, logits are NaN
  std::int64_t badLength = 0;   // from this length of the target on
  std::vector<float> attention; // [positions, source length]: weights of the only cross-attention
  std::atomic<int> encodeCalls{0};
  std::atomic<int> encodedSources{0};
  std::atomic<int> encodeDelayMicroseconds{0};
  std::atomic<int> decodeCalls{0};
};

/// Owns a model table; the model opened from it must not outlive it.
class ToyModel {
public:
  explicit ToyModel(std::uint64_t seed = 1, std::uint32_t vocabulary = 23, float endBias = 0);
  ToyModel(const ToyModel &) = delete;

  Model open(const OpenOptions &options = {.threads = 1});

  /// The logits after `prefix`, computed without caches.
  std::vector<float> logits(std::span<const Id> source, std::span<const Id> prefix) const;

  /// Makes it a model of speech: the ids from `firstTimestamp` on are timestamps, the one before
  /// stands for none of them, the ones before that are languages and tasks.
  void speak(std::int32_t firstTimestamp, std::int32_t maximumInitialTimestamp = -1,
             float timestampBias = 0);

  ToyParameters parameters;
  transept_generation_defaults defaults{};
  transept_speech_defaults speech{};
  transept_model_table table{};
  transept_level level{}; // the only one of the table

private:
  transept_program encode{}, decode{};
  transept_language languages[3]{};
};

} // namespace transept::tests

#endif
