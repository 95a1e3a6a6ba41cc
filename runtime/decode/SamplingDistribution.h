// SPDX-License-Identifier: Apache-2.0
//
// What a token is drawn from: Hugging Face's logits warpers on the tokens that the rules leave.
#ifndef TRANSEPT_RUNTIME_DECODE_SAMPLINGDISTRIBUTION_H
#define TRANSEPT_RUNTIME_DECODE_SAMPLINGDISTRIBUTION_H

#include "runtime/decode/Candidates.h"

namespace transept::runtime {

struct DrawnToken {
  std::int32_t id;
  float score;           // as the warpers left it
  double logProbability; // with which it was drawn
};

/// Made anew for each token in the memory of the last one.
class SamplingDistribution {
public:
  /// `settings` must outlive it.
  explicit SamplingDistribution(const GenerationSettings &settings) : settings(settings) {}

  /// From processed logits in any order: not empty, and where topK is set at least that many of the
  /// best, or all.
  void assign(std::span<const Candidate> candidates);
  struct Token {
    std::int32_t id;
    float score;
    double probability;
  };
  /// What is kept, by rising id.
  std::span<const Token> kept() const { return tokens; }
  /// What makes scores log-probabilities.
  double logSumExp() const { return logTotal; }
  /// The token in whose share of [0, 1) `uniform` lies; shares come by rising id.
  DrawnToken draw(double uniform) const;

private:
  void normalize();
  float bestScore(std::size_t rank);
  void keepBest();
  void keepNucleus();
  void keepTypical();
  void keepLikely(double leastProbability);
  double entropy() const;
  std::size_t least() const { return std::size_t(settings.leastKeptTokens()); }

  const GenerationSettings &settings;
  std::vector<Token> tokens;
  std::vector<float> scores; // room for bestScore
  double logTotal = 0;       // probability = exp(score - logTotal)
  double greatest = 0;       // probability
};

} // namespace transept::runtime

#endif
