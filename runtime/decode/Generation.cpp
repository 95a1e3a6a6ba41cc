// SPDX-License-Identifier: Apache-2.0
//
// Prompts, and the searches of the sources that run.

#include "runtime/decode/Generation.h"

#include "runtime/base/Messages.h"
#include "runtime/base/Sizes.h"
#include "runtime/decode/Coverage.h"
#include "runtime/decode/FeedSequences.h"
#include "runtime/decode/Limits.h"
#include "runtime/decode/MakeSearch.h"
#include "runtime/decode/OptionCombinations.h"

#include "transept/detail/Shortlist.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace transept::runtime {
namespace {

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

/// Of a prompt for all sources, or of the prompts of each.
std::string nameOfPrompt(const GenerationSettings &settings, bool isForEach, std::size_t source) {
  if (!settings.usesCppNames)
    return isForEach ? "prompt_ids of sources[" + text(source) + "] " : "prompt_ids";
  return isForEach ? "prompts[" + text(source) + "]" : "prompt";
}

} // namespace

Generation::Generation(Engine &engine, std::size_t sourceCount,
                       const transept_generation_options *options)
    : engine(engine), settings(resolveSettings(engine.table, options)),
      stops(settings, engine, options), results(sourceCount) {
  if (options) {
    checkCombinations(settings, engine.table, *options);
    onProgress = options->on_progress;
    onProgressContext = options->on_progress_context;
    listener = {options->on_token, options->on_token_context};
    allowed = {options->allowed_ids, options->allowed_ids_context};
    guesser = {options->guess, options->guess_context};
    keepsPartialResults = options->keep_partial != 0;
  }
  order = settings.shortlist;
  for (std::int32_t id : settings.vocabulary)
    order = (order ^ std::size_t(id)) * 0x100000001b3u | 1; // FNV-1a, but never 0
  prompts.reserve(sourceCount);
  for (std::size_t source = 0; source < sourceCount; ++source) {
    std::span<const std::int32_t> given = promptOf(options, source);
    bool hasNumber = options && options->source_numbers;
    std::uint64_t number = hasNumber ? options->source_numbers[source] : source;
    if (settings.isPromptSoft())
      prompts.push_back({startOf(settings, {}), startOf(settings, given), number});
    else
      prompts.push_back({startOf(settings, given), {}, number});
    checkPrompt(source, given, options);
  }
}

void Generation::setSources(std::span<transept_source *const> given) {
  sources = given;
}

std::span<const std::int32_t> Generation::promptOf(const transept_generation_options *options,
                                                   std::uint64_t source) const {
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

void Generation::checkPrompt(std::size_t source, std::span<const std::int32_t> given,
                             const transept_generation_options *options) {
  bool isForEach = options && options->prompt_offsets;
  for (std::size_t index = 0; index < given.size(); ++index)
    checkTargetId(engine.table, nameOfPrompt(settings, isForEach, source) + "[" + text(index) + "]",
                  given[index]);
  std::int64_t length = std::int64_t(prompts[source].ids.size());
  TokenRules rules(settings, {}, length);
  if (length >= rules.maximumLength())
    failArgument("the length of the prompt of sources[" + text(source) + "]", length,
                 "below the maximum length " + text(rules.maximumLength()));
  if (settings.isMinimumGiven && rules.minimumLength() > rules.maximumLength())
    failMinimum(rules, source);
  countPages(source, rules);
}

void Generation::failMinimum(const TokenRules &rules, std::size_t source) const {
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

/// The pages of all positions of all sequences, guessed ones included, and of each sequence one
/// that is being copied. Nothing where there is no limit to compare them with.
void Generation::countPages(std::size_t source, const TokenRules &rules) {
  std::uint64_t limit = engine.pages.limit();
  if (limit == UINT64_MAX)
    return;
  auto longest = std::uint64_t(rules.maximumLength() + settings.draftLength);
  std::uint64_t ofSequence = roundUp(longest, TRANSEPT_KEY_BLOCK) / TRANSEPT_KEY_BLOCK + 1;
  std::uint64_t needed = multiplySizes(ofSequence, std::uint64_t(settings.sequences()));
  if (needed > limit)
    fail(ErrorCode::OutOfMemory, "sources[", source, "] may come to ", needed,
         " pages of the self cache, of ", engine.pages.pageBytes(), " bytes each (",
         settings.sequences(), " sequences of at most ", rules.maximumLength(),
         " tokens), but its limit allows ", limit);
  prompts[source].pages = needed;
}

std::int64_t Generation::pendingRows() const {
  std::int64_t rows = 0;
  for (const Running &item : running)
    rows += item.search->pendingRows();
  return rows;
}

std::uint64_t Generation::pages() const {
  std::uint64_t total = 0;
  for (const Running &item : running)
    total += prompts[item.source].pages;
  return total;
}

std::int64_t Generation::sequenceLimit() const {
  std::int64_t rows = settings.draftLength + 1;
  std::int64_t limit = std::min(sequencesPerStep, rowsPerInvocation / rows);
  if (settings.needsWholeRows() || settings.normalizesTokenScores())
    limit = std::min(limit, std::int64_t(logitsPerStep / settings.vocabularySize) / rows);
  return limit;
}

void Generation::beginNext(DecodeBatch &batch, std::int64_t rows, const StopRequest &stop) {
  TokenListener sourceListener = listener;
  sourceListener.source = next;
  Running item{next, makeSearch(next, sourceListener), shareOf(next)};
  ++next;
  if (takeIfDone(item))
    return;
  if (rows + item.search->pendingRows() > rowsPerInvocation) {
    batch.setStop(stop);
    item.search->prefill(batch, rowsPerInvocation);
  }
  running.push_back(std::move(item));
}

/// Null: all of the vocabulary.
std::shared_ptr<const VocabularyShare> Generation::shareOf(std::size_t source) const {
  if (!settings.shortlist)
    return settings.vocabulary.empty() ? nullptr
                                       : engine.vocabularyShares.find(settings.vocabulary);
  const transept_model_table &table = engine.table;
  detail::Shortlist shortlist(
      {static_cast<const std::byte *>(table.shortlist), table.shortlist_size},
      table.target_vocabulary_size, table.has_shared_vocabulary != 0);
  std::vector<std::int32_t> ids, listed = shortlist.idsFor((*sources[source]->lease).source.ids);
  std::set_union(listed.begin(), listed.end(), settings.always.begin(), settings.always.end(),
                 std::back_inserter(ids));
  return ids.size() == table.target_vocabulary_size ? nullptr : engine.vocabularyShares.find(ids);
}

std::unique_ptr<Search> Generation::makeSearch(std::size_t source, TokenListener sourceListener) {
  transept_source &handle = *sources[source];
  AllowedTokens allowedHere = allowed;
  allowedHere.source = source;
  Guesser guesserHere = guesser;
  guesserHere.source = source;
  SearchStart start{
      settings,    *handle.lease, handle.givenIds, engine.pages, prompts[source].ids, allowedHere,
      guesserHere, stops};
  start.softPrefix = prompts[source].soft;
  return runtime::makeSearch(std::move(start), prompts[source].number, sourceListener);
}

void Generation::addRows(DecodeBatch &batch) {
  batch.want(std::min<std::int64_t>(settings.candidates(), engine.table.target_vocabulary_size),
             settings.needsWholeRows());
  for (Running &item : running) {
    item.firstRequest = batch.requestCount();
    batch.setShare(item.share.get());
    item.search->addRows(batch);
    item.requestCount = batch.requestCount() - item.firstRequest;
  }
}

void Generation::advance(const DecodeBatch &batch) {
  for (Running &item : running) {
    checkScores(batch, item);
    item.search->advance(batch);
    takeIfDone(item);
  }
  std::erase_if(running, [](const Running &item) { return !item.search; });
}

/// A logit that is NaN or +inf, or all at -inf, make their log-sum-exp no number: ids would still
/// come out of them, and look like others.
void Generation::checkScores(const DecodeBatch &batch, const Running &item) const {
  for (std::size_t index = 0; index != item.requestCount; ++index) {
    std::size_t request = item.firstRequest + index;
    float sum = batch.scores(request).logSumExp;
    if (std::isfinite(sum) || !item.search->needsScores(request))
      continue;
    fail(ErrorCode::Internal, "the scores for token ", item.search->generatedCount() + 1,
         " of sources[", item.source, "]",
         settings.beams > 1 ? " in beam " + text(index) : std::string(),
         " are not numbers (their log-sum-exp is ", sum,
         "): the model overflows here, or its weights are damaged");
  }
}

bool Generation::takeIfDone(Running &item) {
  if (!item.search->isDone())
    return false;
  results[item.source] = item.search->take();
  item.search.reset();
  ++doneCount;
  if (onProgress && onProgress(onProgressContext, doneCount, prompts.size()) != 0)
    fail(ErrorCode::Cancelled, "the progress callback asked to stop");
  return true;
}

GeneratedSequences Generation::take() {
  for (std::size_t source = 0; settings.ranksByCoverage() && source < results.size(); ++source)
    rankByCoverage(engine, settings, sources[source], results[source]);
  return std::move(results);
}

bool Generation::keepsPartial(const std::exception_ptr &failure) const {
  if (!keepsPartialResults)
    return false;
  try {
    std::rethrow_exception(failure);
  } catch (const Error &error) {
    return error.code() == ErrorCode::Cancelled;
  } catch (...) {
    return false;
  }
}

/// Of those that have not begun, there are their prompts.
void Generation::endEarly() {
  for (Running &item : running)
    if (item.search) {
      item.search->endEarly();
      results[item.source] = item.search->take();
    }
  running.clear();
  next = prompts.size();
  for (std::size_t source = 0; source < results.size(); ++source)
    if (results[source].empty()) {
      std::unique_ptr<Search> search = makeSearch(source, /*sourceListener=*/{});
      search->endEarly();
      results[source] = search->take();
    }
}

} // namespace transept::runtime
