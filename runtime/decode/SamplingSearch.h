// SPDX-License-Identifier: Apache-2.0
//
// Sampling: each next token is drawn at random. All samples of a source go side by side; they share
// the prompt's rows and pages. Random numbers belong to positions, so that checking drafts of
// tokens in the same step changes nothing that is drawn.
#ifndef TRANSEPT_RUNTIME_DECODE_SAMPLINGSEARCH_H
#define TRANSEPT_RUNTIME_DECODE_SAMPLINGSEARCH_H

#include "runtime/decode/DraftedRows.h"
#include "runtime/decode/SamplingDistribution.h"
#include "runtime/decode/Search.h"

namespace transept::runtime {

class SamplingSearch : public Search {
public:
  /// `number` is the source's for the random numbers. The listener hears of the first sample.
  SamplingSearch(SearchStart start, std::uint64_t number, TokenListener listener);

  bool isDone() const override;
  std::vector<GeneratedSequence> take() override;
  void endEarly() override;
  std::int64_t generatedCount() const override;
  std::int64_t pendingRows() const override;
  void prefill(DecodeBatch &batch, std::int64_t rowLimit) override;
  void addRows(DecodeBatch &batch) override;
  bool needsScores(std::size_t request) const override;
  void advance(const DecodeBatch &batch) override;

private:
  struct Sample {
    std::uint32_t number;
    GeneratedSequence result;
    SelfCache cache;
    double score = 0;
    bool isDone = false;
    DraftedRows rows = {}; // of the next step

    std::int64_t length() const { return std::int64_t(result.ids.size()); }
  };

  /// The samples that have rows of their own in a step: until the first draw, one stands for all.
  std::span<Sample> fed() { return std::span(samples).first(areEqual ? 1 : samples.size()); }
  std::span<const Sample> fed() const {
    return std::span(samples).first(areEqual ? 1 : samples.size());
  }

  void assignDistribution(const RowScores &scores, const ExcludedIds &excluded,
                          const Sample &sample);
  void drawTokens(const DecodeBatch &batch, Sample &sample);
  void drawToken(Sample &sample);
  void guess(Sample &sample);
  void append(Sample &sample, std::int32_t id, float tokenScore);
  void appendForced(Sample &sample);

  const GenerationSettings &settings;
  TokenRules rules;
  const EncoderEntry &entry;
  std::uint64_t number;
  TokenListener listener;
  std::vector<Sample> samples;
  bool areEqual = true;

  Drafts drafts;
  std::vector<Candidate> candidates;
  SamplingDistribution distribution;
};

} // namespace transept::runtime

#endif
