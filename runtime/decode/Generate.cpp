// SPDX-License-Identifier: Apache-2.0
//
// Admission of sources, the step loop, and the prompts.

#include "runtime/decode/Generate.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/BeamSearch.h"
#include "runtime/decode/GreedySearch.h"
#include "runtime/decode/Limits.h"
#include "runtime/decode/SamplingSearch.h"

#include <algorithm>

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

/// The decoder ids to begin with: the start id, unless the prompt begins with it, and the prompt.
std::vector<std::int32_t> startOf(const GenerationSettings &settings,
                                  std::span<const std::int32_t> prompt) {
  bool needsStart =
      settings.decoderStart != -1 && (prompt.empty() || prompt[0] != settings.decoderStart);
  std::vector<std::int32_t> ids(needsStart ? 1 : 0, settings.decoderStart);
  for (std::int32_t id : prompt)
    ids.push_back(id);
  for (std::size_t index = 0; index < ids.size(); ++index)
    if (ids[index] < 0 || std::uint64_t(ids[index]) >= settings.vocabularySize)
      failArgument("prompt_ids[" + text(index) + "]", ids[index],
                   rangeText(0, settings.vocabularySize - 1));
  if (ids.empty())
    fail(ErrorCode::InvalidArgument,
         "there is neither a decoder_start_id nor a prompt to begin with");
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
        settings(resolveSettings(engine.table, options)), batch(engine), results(sources.size()) {
    if (options && options->on_token && settings.beams > 1)
      failArgument("beams", settings.beams, "1 when on_token is given");
    if (options && options->on_token && settings.sequences() > 1)
      failArgument("return_count", settings.returnCount, "1 when on_token is given");
    // All prompts are checked before anything runs.
    for (std::size_t source = 0; source < sources.size(); ++source)
      checkPrompt(source);
  }

  std::vector<std::vector<GeneratedSequence>> run() {
    std::int64_t candidates =
        std::min<std::int64_t>(settings.candidates(), engine.table.target_vocabulary_size);
    while (true) {
      admit();
      if (running.empty())
        return std::move(results);
      batch.clear(candidates, settings.needsWholeRows());
      for (Running &item : running)
        item.search->addRows(batch);
      batch.run();
      for (Running &item : running) {
        item.search->advance(batch);
        takeIfDone(item);
      }
      std::erase_if(running, [](const Running &item) { return !item.search; });
    }
  }

private:
  struct Running {
    std::size_t source;
    std::unique_ptr<Search> search;
  };

  void checkPrompt(std::size_t source) const {
    auto prompt = startOf(settings, promptOf(options, source));
    std::int64_t length = std::int64_t(prompt.size());
    TokenRules rules(settings, {}, length);
    if (length >= rules.maximumLength())
      failArgument("the length of the prompt of sources[" + text(source) + "]", length,
                   "below the maximum length " + text(rules.maximumLength()));
  }

  std::unique_ptr<Search> makeSearch(std::size_t source) {
    transept_source &handle = *sources[source];
    SearchStart start{settings, *handle.lease, handle.givenIds, engine.pages,
                      startOf(settings, promptOf(options, source))};
    if (settings.beams > 1)
      return std::make_unique<BeamSearch>(std::move(start));
    TokenListener listener;
    if (options)
      listener = {options->on_token, options->on_token_context, source};
    if (settings.sample)
      return std::make_unique<SamplingSearch>(std::move(start), numberOf(source), listener);
    return std::make_unique<GreedySearch>(std::move(start), listener);
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
    const std::int64_t limit = settings.needsWholeRows()
                                   ? std::min(sequencesPerStep, wholeRowsPerStep(settings))
                                   : sequencesPerStep;
    auto sequences = std::int64_t(running.size()) * added;
    while (next != sources.size()) {
      if (!running.empty() && (sequences + added > limit || rows >= rowsPerInvocation))
        return;
      Running item{next, makeSearch(next)};
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
  }

  Engine &engine;
  std::span<transept_source *const> sources;
  const transept_generation_options *options;
  GenerationSettings settings;
  DecodeBatch batch;
  std::vector<Running> running;
  std::size_t next = 0;
  std::vector<std::vector<GeneratedSequence>> results;
};

} // namespace

std::vector<std::vector<GeneratedSequence>> generate(Engine &engine,
                                                     std::span<transept_source *const> sources,
                                                     const transept_generation_options *options) {
  return Generation(engine, sources, options).run();
}

} // namespace transept::runtime
