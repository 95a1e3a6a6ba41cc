// SPDX-License-Identifier: Apache-2.0
//
// Beam search over one source. Keys and values never move: a new beam takes over its parent's page
// table.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMSEARCH_H
#define TRANSEPT_RUNTIME_DECODE_BEAMSEARCH_H

#include "runtime/decode/BeamGroup.h"
#include "runtime/decode/SamplingDistribution.h"

namespace transept::runtime {

class BeamSearch : public Search {
public:
  /// `number` is the source's for the random numbers.
  BeamSearch(const SearchStart &start, std::uint64_t number, TokenListener listener);

  bool isDone() const override;
  std::vector<GeneratedSequence> take() override;
  void endEarly() override;
  std::int64_t generatedCount() const override { return length() - rules.promptLength(); }
  std::int64_t pendingRows() const override;
  void prefill(DecodeBatch &batch, std::int64_t rowLimit) override;
  void addRows(DecodeBatch &batch) override;
  void advance(const DecodeBatch &batch) override;

private:
  /// The row of a beam in a step.
  struct FedRow {
    ExcludedIds excluded;
    std::size_t request = 0;
    std::int32_t drawnTo = -1; // the next id of the soft prefix, -1 for none
  };

  std::int64_t length() const;
  template <typename Self, typename Visit> static void visitFedBeams(Self &self, Visit &&visit);
  void readScores(const DecodeBatch &batch, const FedRow &row, Continuations &list);
  void warp(Continuations &list);
  void step(BeamGroup &group, std::span<const Continuations> lists);
  void append(const ChosenToken &token);
  void stepForced(BeamGroup &group, const ChosenToken &token);
  std::int32_t nextOfPrefix(std::span<const std::int32_t> ids) const;
  void drawTo(std::int32_t id, Continuations &list) const;
  void shareCache();
  void findWhetherEqual();
  void appendForced();
  void tell();

  const GenerationSettings &settings;
  TokenRules rules;
  const EncoderEntry &entry;
  const std::vector<std::int32_t> softPrefix;
  std::uint64_t number;
  TokenListener listener;
  std::size_t toldCount; // ids that the listener knows, with the prompt
  std::vector<BeamGroup> groups;
  /// Beams are equal until scores were used once: then one sequence stands for all.
  bool areEqual;

  std::vector<FedRow> fed;                  // of the step in progress, at most one for each beam
  std::vector<Continuations> continuations; // of the beams of one group
  std::vector<Choice> choices;
  TokenPenalties penalties; // of what the groups before chose in this step
  SamplingDistribution distribution;

  std::vector<GeneratedSequence> results; // once all groups are done
};

} // namespace transept::runtime

#endif
