// SPDX-License-Identifier: Apache-2.0
//
// The sequences of one generate call: which of its sources run, and what became of the others. The
// scheduler lets the sources of many calls join a step when there is room, and leave it as soon as
// they are finished.
#ifndef TRANSEPT_RUNTIME_DECODE_GENERATION_H
#define TRANSEPT_RUNTIME_DECODE_GENERATION_H

#include "runtime/decode/Search.h"
#include "runtime/decode/StopStrings.h"
#include "runtime/engine/Handles.h"

#include <memory>

namespace transept::runtime {

/// The sequences of each source, best first.
using GeneratedSequences = std::vector<std::vector<GeneratedSequence>>;

class Generation {
public:
  /// Checks all options and prompts, and keeps what it needs of them; `options` may be null. Throws
  /// Error.
  Generation(Engine &engine, std::size_t sourceCount, const transept_generation_options *options);
  Generation(const Generation &) = delete;
  Generation &operator=(const Generation &) = delete;

  /// What the call generates from, before anything begins; they stay until take().
  void setSources(std::span<transept_source *const> sources);

  /// Calls of one order may share a part of the vocabulary, 0: all of it.
  std::size_t vocabularyOrder() const { return order; }
  bool hasWaiting() const { return next != prompts.size(); }
  std::int64_t waitingCount() const { return std::int64_t(prompts.size() - next); }
  bool isDone() const { return !hasWaiting() && running.empty(); }
  /// Sequences that a source adds to a step, and rows of its first one.
  std::int64_t sequencesOfNext() const { return settings.sequences(); }
  /// Pages of the self cache that a source needs at most.
  std::uint64_t pagesOfNext() const { return prompts[next].pages; }
  /// Of the sources that run: sequences, rows of the next step, pages that they may come to.
  std::int64_t sequences() const { return std::int64_t(running.size()) * settings.sequences(); }
  std::int64_t pendingRows() const;
  std::uint64_t pages() const;
  /// Sequences that may share a step with these.
  std::int64_t sequenceLimit() const;

  /// Begins the next source, with `rows` rows in the step already. Throws Error (Cancelled) once
  /// `stop` is made.
  void beginNext(DecodeBatch &batch, std::int64_t rows, const StopRequest &stop);
  /// Adds the next step of all that run.
  void addRows(DecodeBatch &batch);
  /// Goes on with what the invocation returned for them. Throws Error where the scores are not
  /// numbers.
  void advance(const DecodeBatch &batch);

  /// Whether an error is a stop after which there are results all the same.
  bool keepsPartial(const std::exception_ptr &failure) const;
  /// Ends all sources with what there is of each.
  void endEarly();
  /// Gives up what runs, and its pages.
  void abandon() { running.clear(); }
  /// Throws Error.
  GeneratedSequences take();

private:
  struct Running {
    std::size_t source;
    std::unique_ptr<Search> search;
    std::shared_ptr<const VocabularyShare> share;   // null: the whole vocabulary
    std::size_t firstRequest = 0, requestCount = 0; // of the step in progress
  };
  struct Prompt {
    std::vector<std::int32_t> ids;  // what results begin with
    std::vector<std::int32_t> soft; // what they are drawn to, their beginning included; or none
    std::uint64_t number;           // of the source, for sampling
    std::uint64_t pages = 0;        // of the self cache at most, where it has a limit
  };

  std::span<const std::int32_t> promptOf(const transept_generation_options *options,
                                         std::uint64_t source) const;
  void checkPrompt(std::size_t source, std::span<const std::int32_t> given,
                   const transept_generation_options *options);
  void countPages(std::size_t source, const TokenRules &rules);
  [[noreturn]] void failMinimum(const TokenRules &rules, std::size_t source) const;
  void checkScores(const DecodeBatch &batch, const Running &item) const;
  std::unique_ptr<Search> makeSearch(std::size_t source, TokenListener sourceListener);
  bool takeIfDone(Running &item);
  std::shared_ptr<const VocabularyShare> shareOf(std::size_t source) const;

  Engine &engine;
  const GenerationSettings settings;
  const StopStrings stops;
  TokenListener listener;
  AllowedTokens allowed;
  Guesser guesser;
  transept_progress_function onProgress = nullptr;
  void *onProgressContext = nullptr;
  bool keepsPartialResults = false;
  std::vector<Prompt> prompts; // of each source
  std::span<transept_source *const> sources;
  std::vector<Running> running;
  std::size_t next = 0, doneCount = 0, order = 0;
  GeneratedSequences results;
};

} // namespace transept::runtime

#endif
