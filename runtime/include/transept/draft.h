// SPDX-License-Identifier: Apache-2.0
//
// Fewer steps of a large model: a smaller one with the same vocabulary, distilled from it for
// instance, guesses the next tokens, and the large one checks them in one step. Results are those
// without it, bit by bit (Leviathan et al. 2023 with a draft that is certain of its tokens).
//
//     auto model = transept::Model::open("liblarge.so");
//     auto small = transept::Model::open("libsmall.so");
//     transept::DraftModel draft(model, small, {small.encode(ids)});
//     auto result = model.generate(model.encode(ids), {.guess = std::ref(draft)});
#ifndef TRANSEPT_DRAFT_H
#define TRANSEPT_DRAFT_H

#include "transept/model.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace transept {

/// What guesses of one call come from: GenerateOptions::guess holds it by std::ref. Not for several
/// calls at a time.
class DraftModel {
public:
  /// `sources`: what `draft` encoded of each source of the call, in their order. Throws Error where
  /// the vocabularies of the models differ in size.
  DraftModel(const Model &model, const Model &draft, std::vector<Source> sources)
      : longest(draft.maximumTargetLength()) {
    if (model.targetVocabularySize() != draft.targetVocabularySize())
      throw Error(ErrorCode::InvalidArgument,
                  "the vocabulary of the draft model has " +
                      std::to_string(draft.targetVocabularySize()) +
                      " ids, but must be that of the model, which has " +
                      std::to_string(model.targetVocabularySize()));
    for (Source &source : sources)
      states.push_back({std::move(source)});
  }

  /// The ids that the draft model would go on with, at most `limit`: fewer while its guesses turn
  /// out wrong. Throws Error where the call has more sources than the draft model was given.
  std::vector<Id> operator()(const TokenPrefix &prefix, std::size_t limit) {
    if (prefix.source >= states.size())
      throw Error(ErrorCode::InvalidArgument,
                  "the draft model was given " + std::to_string(states.size()) +
                      " sources, but must have one for each of the call");
    State &state = states[prefix.source];
    state.learnFrom(prefix.ids);
    if (prefix.ids.size() >= longest)
      return {};
    std::vector<Id> ids{state.feed(prefix.ids)};
    std::size_t count = std::min({state.width, limit, longest - prefix.ids.size()});
    std::optional<Decoder> ahead;
    while (ids.size() < count) {
      if (!ahead)
        ahead = state.decoder->fork(); // what is guessed may be taken back
      ids.push_back(best(ahead->append(ids.back())));
    }
    state.guessed = ids;
    return ids;
  }

private:
  static Id best(const std::vector<float> &logits) {
    return Id(std::ranges::max_element(logits) - logits.begin());
  }

  /// A target sequence of the draft model as far as it is certain, and its last guesses.
  struct State {
    Source source;
    std::optional<Decoder> decoder = {};
    std::vector<Id> fed = {}, guessed = {};
    std::size_t width = 5;

    /// As transformers' heuristic schedule: two more after guesses that were all right, else one
    /// less.
    void learnFrom(std::span<const Id> ids) {
      bool goesOn = ids.size() > fed.size() && std::ranges::equal(ids.first(fed.size()), fed);
      if (!guessed.empty() && goesOn) {
        std::span<const Id> chosen = ids.subspan(fed.size());
        bool isRight = chosen.size() >= guessed.size() &&
                       std::ranges::equal(chosen.first(guessed.size()), guessed);
        width = isRight ? width + 2 : std::max<std::size_t>(1, width - 1);
      }
      guessed.clear();
      if (!goesOn) { // another sequence of the same source
        decoder.reset();
        fed.clear();
      }
    }

    /// The likeliest id behind `ids`.
    Id feed(std::span<const Id> ids) {
      if (!decoder)
        decoder = source.decode();
      Id next = best(decoder->append(ids.subspan(fed.size())));
      fed.assign(ids.begin(), ids.end());
      return next;
    }
  };

  std::vector<State> states; // of each source
  std::size_t longest;
};

} // namespace transept

#endif
