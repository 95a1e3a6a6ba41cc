// SPDX-License-Identifier: Apache-2.0
//
// Admission of sources, the step loop, and the prompts.

#include "runtime/decode/Generate.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/Coverage.h"
#include "runtime/decode/FeedSequences.h"
#include "runtime/decode/Limits.h"
#include "runtime/decode/MakeSearch.h"
#include "runtime/decode/OptionCombinations.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {
namespace {

std::span<const std::int32_t> promptOf(const transept_generation_options *options,
                                       std::uint64_t source) {
  if (!options || !options->prompt_ids)
    return {};
  if (!options->prompt_offsets)
    return {options->prompt_ids, options->prompt_length};
  std::uint64_t begin = options->prompt_offsets[source], end = options->prompt_offsets[source + 1];
  if (begin > end || end > options->prompt_length)
    failArgument("prompt_offsets[" + text(source + 1) + "]", end,
                 rangeText(begin, options->prompt_length));
  return {options->prompt_ids + begin, end - begin};
}

/// The decoder ids to begin with: the start id and, before a prompt, the forced beginning, each
/// unless the prompt has it there; then the prompt. What a decoder alone is given to continue is
/// left as it is.
std::vector<std::int32_t> startOf(const GenerationSettings &settings,
                                  std::span<const std::int32_t> prompt) {
  bool needsStart =
      settings.decoderStart != -1 && (prompt.empty() || prompt[0] != settings.decoderStart);
  std::vector<std::int32_t> ids(needsStart ? 1 : 0, settings.decoderStart);
  for (std::int32_t id : prompt)
    ids.push_back(id);
  bool forces = settings.hasSource && settings.decoderStart != -1 &&
                settings.forcedBeginning != -1 && ids.size() > 1;
  if (forces && ids[1] != settings.forcedBeginning)
    ids.insert(ids.begin() + 1, settings.forcedBeginning);
  if (ids.empty())
    fail(ErrorCode::InvalidArgument, "there is neither a ",
         settings.named("decoder_start_id", "decoderStart"), " nor a prompt to begin with");
  return ids;
}

/// How many rows of logits are 64 MiB.
std::int64_t wholeRowsPerStep(const GenerationSettings &settings) {
  return std::int64_t(logitsPerStep / settings.vocabularySize);
}

class Generation {
public:
  Generation(Engine &engine, std::span<transept_source *const> sources,
             const transept_generation_options *options)
      : engine(engine), sources(sources), options(options),
        settings(resolveSettings(engine.table, options)), stops(settings, engine, options),
        batch(engine, options ? StopRequest{options->should_stop, options->should_stop_context}
                              : StopRequest{}),
        results(sources.size()) {
    if (options)
      checkCombinations(settings, engine.table, *options);
    bool hasSamples = settings.sample && settings.beams == 1 && settings.sequences() > 1;
    if (options && options->on_token && hasSamples)
      failArgument(settings.named("return_count", "returnCount"), settings.returnCount,
                   "1 when " + text(settings.named("on_token", "onToken")) + " is given");
    // All prompts are checked before anything runs.
    for (std::size_t source = 0; source < sources.size(); ++source)
      checkPrompt(source);
  }

  std::vector<std::vector<GeneratedSequence>> run() {
    try {
      runSearches();
    } catch (const Error &error) {
      if (error.code() != ErrorCode::Cancelled || !options->keep_partial)
        throw;
      keepPartial();
    }
    for (std::size_t source = 0; settings.ranksByCoverage() && source < sources.size(); ++source)
      rankByCoverage(engine, settings, sources[source], results[source]);
    return std::move(results);
  }

private:
  void runSearches() {
    std::int64_t candidates =
        std::min<std::int64_t>(settings.candidates(), engine.table.target_vocabulary_size);
    while (true) {
      admit();
      if (running.empty())
        return;
      batch.clear(candidates, settings.needsWholeRows());
      for (Running &item : running) {
        item.firstRequest = batch.requestCount();
        item.search->addRows(batch);
        item.requestCount = batch.requestCount() - item.firstRequest;
      }
      batch.run();
      for (Running &item : running) {
        checkScores(item);
        item.search->advance(batch);
        takeIfDone(item);
      }
      std::erase_if(running, [](const Running &item) { return !item.search; });
    }
  }

  struct Running {
    std::size_t source;
    std::unique_ptr<Search> search;
    std::size_t firstRequest = 0, requestCount = 0; // of the step in progress
  };

  /// What there is of each source; of those that have not begun, their prompts.
  void keepPartial() {
    for (Running &item : running)
      if (item.search) {
        item.search->endEarly();
        results[item.source] = item.search->take();
      }
    for (std::size_t source = 0; source < results.size(); ++source)
      if (results[source].empty()) {
        std::unique_ptr<Search> search = makeSearch(source, /*listener=*/{});
        search->endEarly();
        results[source] = search->take();
      }
  }

  /// A logit that is NaN or +inf, or all at -inf, make their log-sum-exp no number: ids would still
  /// come out of them, and look like others.
  void checkScores(const Running &item) const {
    std::size_t used = item.search->usedRequests(item.requestCount);
    for (std::size_t index = 0; index != used; ++index) {
      float sum = batch.scores(item.firstRequest + index).logSumExp;
      if (std::isfinite(sum))
        continue;
      fail(ErrorCode::Internal, "the scores for token ", item.search->generatedCount() + 1,
           " of sources[", item.source, "]",
           settings.beams > 1 ? " in beam " + text(index) : std::string(),
           " are not numbers (their log-sum-exp is ", sum,
           "): the model overflows here, or its weights are damaged");
    }
  }

  /// Of a prompt for all sources, or of the prompts of each.
  std::string nameOfPrompt(std::size_t source) const {
    if (!settings.usesCppNames)
      return options->prompt_offsets ? "prompt_ids of sources[" + text(source) + "] "
                                     : "prompt_ids";
    return options->prompt_offsets ? "prompts[" + text(source) + "]" : "prompt";
  }

  void checkPrompt(std::size_t source) const {
    std::span<const std::int32_t> given = promptOf(options, source);
    for (std::size_t index = 0; index < given.size(); ++index)
      checkTargetId(engine.table, nameOfPrompt(source) + "[" + text(index) + "]", given[index]);
    auto prompt = beginningOf(source);
    std::int64_t length = std::int64_t(prompt.size());
    TokenRules rules(settings, {}, length);
    if (length >= rules.maximumLength())
      failArgument("the length of the prompt of sources[" + text(source) + "]", length,
                   "below the maximum length " + text(rules.maximumLength()));
    if (settings.isMinimumGiven && rules.minimumLength() > rules.maximumLength())
      failMinimum(rules, source);
  }

  [[noreturn]] void failMinimum(const TokenRules &rules, std::size_t source) const {
    bool countsNew = settings.minimumNewTokens != -1;
    fail(ErrorCode::InvalidArgument,
         countsNew ? settings.named("minimum_new_tokens", "minimumNewTokens")
                   : settings.named("minimum_length", "minimumLength"),
         " is ", countsNew ? settings.minimumNewTokens : settings.minimumLength,
         ", but must be at most ", rules.maximumLength() - (countsNew ? rules.promptLength() : 0),
         ", where ",
         settings.maximumNewTokens != -1 ? settings.named("maximum_new_tokens", "maximumNewTokens")
                                         : settings.named("maximum_length", "maximumLength"),
         " or the decoder's positions end a result (of sources[", source, "])");
  }

  /// What results begin with.
  std::vector<std::int32_t> beginningOf(std::size_t source) const {
    return startOf(settings, settings.isPromptSoft() ? std::span<const std::int32_t>()
                                                     : promptOf(options, source));
  }

  TokenListener listenerOf(std::size_t source) const {
    return options ? TokenListener{options->on_token, options->on_token_context, source}
                   : TokenListener{};
  }

  std::unique_ptr<Search> makeSearch(std::size_t source, TokenListener listener) {
    transept_source &handle = *sources[source];
    SearchStart start{settings,     *handle.lease,       handle.givenIds,
                      engine.pages, beginningOf(source), allowedOf(source),
                      stops};
    if (settings.isPromptSoft())
      start.softPrefix = startOf(settings, promptOf(options, source));
    return runtime::makeSearch(std::move(start), numberOf(source), listener);
  }

  AllowedTokens allowedOf(std::size_t source) const {
    if (!options)
      return {};
    return {options->allowed_ids, options->allowed_ids_context, source};
  }

  std::uint64_t numberOf(std::size_t source) const {
    return options && options->source_numbers ? options->source_numbers[source] : source;
  }

  /// Lets sources join while rows and sequences of the next step stay within bounds.
  void admit() {
    std::int64_t rows = 0;
    for (const Running &item : running)
      rows += item.search->pendingRows();
    const std::int64_t added = settings.sequences();
    const std::int64_t limit = settings.needsWholeRows() || settings.normalizesTokenScores()
                                   ? std::min(sequencesPerStep, wholeRowsPerStep(settings))
                                   : sequencesPerStep;
    auto sequences = std::int64_t(running.size()) * added;
    while (next != sources.size()) {
      if (!running.empty() && (sequences + added > limit || rows >= rowsPerInvocation))
        return;
      Running item{next, makeSearch(next, listenerOf(next))};
      ++next;
      takeIfDone(item);
      if (!item.search)
        continue;
      if (rows + item.search->pendingRows() > rowsPerInvocation)
        item.search->prefill(batch, rowsPerInvocation);
      rows += item.search->pendingRows();
      sequences += added;
      running.push_back(std::move(item));
    }
  }

  void takeIfDone(Running &item) {
    if (!item.search->isDone())
      return;
    results[item.source] = item.search->take();
    item.search.reset();
    ++doneCount;
    if (options && options->on_progress &&
        options->on_progress(options->on_progress_context, doneCount, sources.size()) != 0)
      fail(ErrorCode::Cancelled, "the progress callback asked to stop");
  }

  Engine &engine;
  std::span<transept_source *const> sources;
  const transept_generation_options *options;
  GenerationSettings settings;
  StopStrings stops;
  DecodeBatch batch;
  std::vector<Running> running;
  std::size_t next = 0, doneCount = 0;
  std::vector<std::vector<GeneratedSequence>> results;
};

} // namespace

std::vector<std::vector<GeneratedSequence>> generate(Engine &engine,
                                                     std::span<transept_source *const> sources,
                                                     const transept_generation_options *options) {
  return Generation(engine, sources, options).run();
}

} // namespace transept::runtime
