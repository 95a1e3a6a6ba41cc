// SPDX-License-Identifier: Apache-2.0
//
// Beam search over one source. Keys and values never move: a new beam takes over its parent's page
// table.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMSEARCH_H
#define TRANSEPT_RUNTIME_DECODE_BEAMSEARCH_H

#include "runtime/decode/BeamHypotheses.h"
#include "runtime/decode/Search.h"

namespace transept::runtime {

class BeamSearch : public Search {
public:
  explicit BeamSearch(SearchStart start);

  bool isDone() const override { return done; }
  std::vector<GeneratedSequence> take() override;
  std::int64_t generatedCount() const override { return length() - rules.promptLength(); }
  std::int64_t pendingRows() const override;
  void prefill(DecodeBatch &batch, std::int64_t rowLimit) override;
  void addRows(DecodeBatch &batch) override;
  void advance(const DecodeBatch &batch) override;

private:
  struct Beam {
    std::vector<std::int32_t> ids;
    SelfCache cache;
    float score = 0; // running sum, float like torch's
  };
  /// One of the best continuations of all beams.
  struct Choice {
    float sum;
    std::int32_t beam;
    std::int32_t rank; // among the beam's candidates
    std::int32_t id;
  };

  std::int64_t length() const { return std::int64_t(beams.front().ids.size()); }
  /// Beams are equal until scores were used once: then one sequence stands for all.
  std::size_t fedBeams() const { return areEqual ? 1 : beams.size(); }
  void choose(std::span<const std::vector<Candidate>> candidates);
  void fillWithImpossible();
  void applyChoices();
  void continueBeams();
  void appendForced();
  void finish();

  const GenerationSettings &settings;
  TokenRules rules;
  const EncoderEntry &entry;
  BeamHypotheses hypotheses;
  std::vector<Beam> beams, nextBeams;
  bool areEqual = true;
  bool done = false;

  std::size_t firstRequest = 0;
  std::vector<ExcludedIds> excluded;              // of each fed beam
  std::vector<std::vector<Candidate>> candidates; // of each fed beam
  std::vector<Choice> choices, continued;
};

} // namespace transept::runtime

#endif
