// SPDX-License-Identifier: Apache-2.0
//
// Greedy and beam search the dense way, written after transformers' Python line by line: whole rows
// of scores, every processor a pass over them. What the runtime's sparse search is compared with.
#ifndef TRANSEPT_TESTS_UNIT_RUNTIME_REFERENCESEARCH_H
#define TRANSEPT_TESTS_UNIT_RUNTIME_REFERENCESEARCH_H

#include "Random.h"
#include "ToyModel.h"

#include <string>

namespace transept::tests {

struct ReferenceOptions {
  int beams = 1, returnCount = 1;
  int maximumLength = 20, maximumNewTokens = -1, minimumLength = 0, minimumNewTokens = -1;
  int noRepeatNgramSize = 0, encoderNoRepeatNgramSize = 0;
  EarlyStopping earlyStopping = EarlyStopping::WhenUnlikely;
  float lengthPenalty = 1, repetitionPenalty = 1, encoderRepetitionPenalty = 1;
  ExponentialDecay decay;
  std::vector<SequenceBias> biases;                                // no sequence twice
  std::function<std::vector<Id>(std::span<const Id> ids)> allowed; // null: all
  bool renormalize = false;
  float patience = 1, prefixBias = 0; // beam search
  std::vector<Id> softPrompt;         // what results are drawn to
  int forcedBeginning = -1, forcedEnd = -1;
  std::vector<Id> ends{2}, suppressed, beginningSuppressed, prompt{1};
  std::vector<std::vector<Id>> badWords;
  Id firstTimestamp = -1; // with the timestamp rules
  int maximumInitialTimestamp = -1;

  /// Sets some of: the source's penalty, decay, biases, allowed ids.
  void addRandomRules(Random &random, unsigned seed, int vocabulary);
  /// The same for the runtime, model defaults ignored.
  GenerateOptions forRuntime() const;
  std::string describe() const;
};

/// `scores` of what follows `ids`, as the processors leave them in the row of one beam.
void processScores(std::vector<float> &scores, const std::vector<Id> &ids,
                   const std::vector<Id> &source, const ReferenceOptions &options,
                   int maximumLength, std::size_t beam = 0);

/// Sequences with scores, best first; the scores of greedy search are 0. Throws where greedy search
/// finds no token among the allowed ones.
std::vector<Sequence> referenceSearch(const ToyModel &model, std::span<const Id> source,
                                      const ReferenceOptions &options);

} // namespace transept::tests

#endif
