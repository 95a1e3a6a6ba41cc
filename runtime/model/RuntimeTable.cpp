// SPDX-License-Identifier: Apache-2.0
//
// The C functions of the runtime: argument checks that only concern C (null pointers), handles in
// and out. This is the object that generated code refers to.

#include "runtime/decode/Classify.h"
#include "runtime/decode/CrossAttention.h"
#include "runtime/decode/FeedSequences.h"
#include "runtime/decode/Forecast.h"
#include "runtime/engine/EncodeSources.h"
#include "runtime/model/RequestFunctions.h"
#include "runtime/model/Results.h"
#include "runtime/model/UsableHandle.h"
#include "runtime/schedule/Submissions.h"
#include "runtime/threads/CarriedFunction.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace transept::runtime {
namespace {

/// The encoder cache's budget where the caller gives no options.
constexpr std::uint64_t defaultEncoderCacheBytes = 256u << 20;

std::span<transept_source *const>
checkSources(const Engine &engine, transept_source *const *sources, std::uint64_t count) {
  if (count != 0)
    requirePointer(sources, "sources");
  for (std::uint64_t index = 0; index < count; ++index) {
    requirePointer(sources[index], "sources[" + text(index) + "]");
    if (sources[index]->engine.get() != &engine)
      failArgument("sources[" + text(index) + "]", "from another model",
                   "encoded by this opened model");
  }
  return {sources, count};
}

/// Range `index` of `ids`, checked to be a range.
std::span<const std::int32_t> rangeOf(const std::int32_t *ids, const std::uint64_t *offsets,
                                      std::uint64_t index, std::string_view name) {
  if (offsets[index] > offsets[index + 1])
    failArgument(text(name) + "[" + text(index + 1) + "]", offsets[index + 1],
                 text(offsets[index]) + " or more");
  return {ids + offsets[index], offsets[index + 1] - offsets[index]};
}

transept_status open(const transept_model_table *table, const transept_open_options *options,
                     transept_model **model, char **message) {
  return guarded(message, [&] {
    requirePointer(table, "table");
    requirePointer(model, "model");
    transept_open_options values{};
    values.encoder_cache_bytes = defaultEncoderCacheBytes;
    if (options) {
      checkStructure(*options, "options");
      values = *options;
    }
    auto engine = std::make_shared<Engine>(*table, values);
    auto scheduler = std::make_shared<Scheduler>(*engine);
    auto submissions = std::make_shared<Submissions>(engine, *scheduler, values.maximum_requests);
    *model = new transept_model{std::move(engine), std::move(scheduler), std::move(submissions)};
  });
}

void close(transept_model *model) {
  if (isUsable(model))
    delete model;
}

transept_status encodeUntil(transept_model *model, const transept_source_input *inputs,
                            std::uint64_t count, transept_stop_function shouldStop, void *context,
                            transept_source **sources, char **message) {
  return guarded(message, [&] {
    usable(model, "model");
    if (count != 0) {
      requirePointer(inputs, "inputs");
      requirePointer(sources, "sources");
    }
    std::vector<SourceReference> encoded = encodeSources(
        model->engine, packSources(model->engine->table, {inputs, count}), {shouldStop, context});
    for (std::uint64_t index = 0; index < count; ++index)
      sources[index] = encoded[index].detach();
  });
}

transept_status encode(transept_model *model, const transept_source_input *inputs,
                       std::uint64_t count, transept_source **sources, char **message) {
  return encodeUntil(model, inputs, count, nullptr, nullptr, sources, message);
}

void retainSource(transept_source *source) {
  if (source)
    SourceReference::share(*source).detach();
}

void releaseSource(transept_source *source) {
  if (isUsable(source))
    SourceReference reference(source);
}

void viewSource(const transept_source *source, transept_source_view *view) {
  if (!view)
    return;
  *view = {};
  if (!source)
    return;
  const EncoderEntry &entry = *source->lease;
  const PackedSource &content = entry.source;
  *view = {entry.length(), content.ids.empty() ? nullptr : content.ids.data(),
           content.positions.data(), entry.states.floats(), entry.keysAndValues.floats()};
}

transept_status generateSequences(transept_model *model, transept_source *const *sources,
                                  std::uint64_t sourceCount,
                                  const transept_generation_options *options,
                                  transept_results **results, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requirePointer(results, "results");
    if (options)
      checkStructure(*options, "options");
    requireTokens(engine);
    auto checked = checkSources(engine, sources, sourceCount);
    *results = viewed(model->scheduler->generate(checked, options));
  });
}

const transept_sequence *viewSequences(const transept_results *results, std::uint64_t source,
                                       std::uint64_t *count) {
  bool isThere = results && source < results->views.size();
  if (count)
    *count = isThere ? results->views[source].size() : 0;
  return isThere ? results->views[source].data() : nullptr;
}

const float *viewTokenScores(const transept_results *results, std::uint64_t source,
                             std::uint64_t sequence, std::uint64_t *count) {
  bool isThere =
      results && source < results->generated.size() && sequence < results->generated[source].size();
  const float *scores = nullptr;
  std::uint64_t found = 0;
  if (isThere && !results->generated[source][sequence].tokenScores.empty()) {
    const std::vector<float> &all = results->generated[source][sequence].tokenScores;
    scores = all.data();
    found = all.size();
  }
  if (count)
    *count = found;
  return scores;
}

void releaseResults(transept_results *results) {
  delete results;
}

/// Sequences of given ids, with caches for the time of one call.
struct GivenTargets {
  std::vector<SelfCache> caches;
  std::vector<FedSequence> fed;

  GivenTargets(Engine &engine, std::span<transept_source *const> sources,
               const std::int32_t *targetIds, const std::uint64_t *targetOffsets) {
    requirePointer(targetIds, "target_ids");
    requirePointer(targetOffsets, "target_offsets");
    caches.reserve(sources.size());
    for (std::uint64_t index = 0; index < sources.size(); ++index) {
      auto ids = rangeOf(targetIds, targetOffsets, index, "target_offsets");
      checkTargetIds(engine.table, "targets[" + text(index) + "]", ids, 0);
      caches.emplace_back(engine.pages);
      fed.push_back({&*sources[index]->lease, &caches.back(), ids, /*isTemporary=*/true});
    }
  }
};

transept_status logits(transept_model *model, transept_source *const *sources,
                       std::uint64_t sourceCount, const std::int32_t *targetIds,
                       const std::uint64_t *targetOffsets, float *result, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requireVocabulary(engine);
    auto checked = checkSources(engine, sources, sourceCount);
    if (sourceCount == 0)
      return;
    GivenTargets targets(engine, checked, targetIds, targetOffsets);
    requirePointer(result, "logits");
    feedSequences(engine, targets.fed, LogitRows::All, result);
  });
}

transept_status scoreTargets(transept_model *model, transept_source *const *sources,
                             std::uint64_t sourceCount, const std::int32_t *targetIds,
                             const std::uint64_t *targetOffsets, float *scores, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requireTokens(engine);
    auto checked = checkSources(engine, sources, sourceCount);
    if (sourceCount == 0)
      return;
    GivenTargets targets(engine, checked, targetIds, targetOffsets);
    requirePointer(scores, "scores");
    scoreSequences(engine, targets.fed, scores);
  });
}

transept_status classifySources(transept_model *model, transept_source *const *sources,
                                std::uint64_t sourceCount, float *logits, float *scores,
                                char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    if (!engine.table.classifier)
      fail(ErrorCode::Unsupported, "this model has no labels to score");
    auto checked = checkSources(engine, sources, sourceCount);
    if (sourceCount == 0)
      return;
    std::vector<float> own(logits ? 0 : sourceCount * engine.table.classifier->label_count);
    classify(engine, checked, logits ? logits : own.data(), scores);
  });
}

transept_status forecastSeries(transept_model *model, const float *values,
                               const std::uint64_t *offsets, std::uint64_t seriesCount,
                               std::uint64_t horizon, float *quantiles, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    if (!engine.table.forecaster)
      fail(ErrorCode::Unsupported, "this model forecasts no series");
    if (seriesCount == 0)
      return;
    requirePointer(offsets, "offsets");
    for (std::uint64_t index = 0; index < seriesCount; ++index)
      if (offsets[index] >= offsets[index + 1])
        failArgument("offsets[" + text(index + 1) + "]", offsets[index + 1],
                     text(offsets[index] + 1) + " or more: a series has 1 value or more");
    requirePointer(values, "values");
    requirePointer(quantiles, "quantiles");
    std::vector<std::span<const float>> series;
    for (std::uint64_t index = 0; index < seriesCount; ++index)
      series.emplace_back(values + offsets[index], offsets[index + 1] - offsets[index]);
    forecast(model->engine, series, horizon, quantiles);
  });
}

/// What transform and cross_attention check alike before anything is computed.
AttentionWeights checkWeights(const Engine &engine, float *const *weights) {
  if (!weights)
    return {};
  return {weights, engine.table.cross_attention_count};
}

transept_status attentionOf(transept_model *model, transept_source *const *sources,
                            std::uint64_t sourceCount, const std::int32_t *targetIds,
                            const std::uint64_t *targetOffsets, float *const *weights,
                            char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requireVocabulary(engine);
    auto checked = checkSources(engine, sources, sourceCount);
    if (sourceCount == 0)
      return;
    requirePointer(targetIds, "target_ids");
    requirePointer(targetOffsets, "target_offsets");
    requirePointer(weights, "weights");
    std::vector<std::span<const std::int32_t>> targets;
    for (std::uint64_t index = 0; index < sourceCount; ++index) {
      targets.push_back(rangeOf(targetIds, targetOffsets, index, "target_offsets"));
      checkTargetIds(engine.table, "targets[" + text(index) + "]", targets.back(), 0);
    }
    crossAttention(engine, checked, targets, checkWeights(engine, weights));
  });
}

transept_status transformFeatures(transept_model *model, transept_source *const *sources,
                                  std::uint64_t sourceCount, const float *features,
                                  const std::uint64_t *offsets, float *states,
                                  float *const *weights, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    if (engine.table.target_feature_width == 0)
      fail(ErrorCode::Unsupported, "this model has no target features: ",
           engine.table.target_vocabulary_size != 0 ? "use generate or logits"
                                                    : "it encodes sources and nothing else");
    auto checked = checkSources(engine, sources, sourceCount);
    if (sourceCount == 0)
      return;
    requirePointer(offsets, "offsets");
    for (std::uint64_t index = 0; index < sourceCount; ++index)
      if (offsets[index] > offsets[index + 1])
        failArgument("offsets[" + text(index + 1) + "]", offsets[index + 1],
                     text(offsets[index]) + " or more");
    for (std::uint64_t index = 0; index < sourceCount; ++index)
      if (offsets[index + 1] - offsets[index] > engine.table.maximum_target_length)
        fail(ErrorCode::InvalidArgument, "targets[", index, "] has ",
             offsets[index + 1] - offsets[index], " rows, but must have at most ",
             engine.table.maximum_target_length);
    if (offsets[sourceCount] != 0) {
      requirePointer(features, "features");
      requirePointer(states, "states");
    }
    transform(engine, checked, features, {offsets, sourceCount + 1}, states,
              checkWeights(engine, weights));
  });
}

transept_status openDecoder(transept_source *source, transept_decoder **decoder, char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(source, "source");
    requirePointer(decoder, "decoder");
    requireVocabulary(engine);
    *decoder = new transept_decoder{SourceReference::share(*source), SelfCache(engine.pages)};
  });
}

transept_status forkDecoder(const transept_decoder *decoder, transept_decoder **fork,
                            char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(decoder, "decoder");
    requirePointer(fork, "fork");
    auto made = std::make_unique<transept_decoder>(decoder->source, SelfCache(engine.pages));
    made->cache.assignFork(decoder->cache);
    *fork = made.release();
  });
}

transept_status append(transept_decoder *const *decoders, std::uint64_t decoderCount,
                       const std::int32_t *ids, const std::uint64_t *offsets, std::int32_t allRows,
                       float *result, char **message) {
  return guarded(message, [&] {
    if (decoderCount == 0)
      return;
    requirePointer(decoders, "decoders");
    requirePointer(ids, "ids");
    requirePointer(offsets, "offsets");
    std::vector<transept_decoder *> unique(decoders, decoders + decoderCount);
    for (std::uint64_t index = 0; index < decoderCount; ++index)
      requirePointer(decoders[index], "decoders[" + text(index) + "]");
    std::sort(unique.begin(), unique.end(), std::less<>());
    if (std::adjacent_find(unique.begin(), unique.end()) != unique.end())
      failArgument("a decoder", "given twice", "different from the others of a call");
    Engine &engine = usable(decoders[0], "decoders[0]");
    std::vector<FedSequence> fed;
    for (std::uint64_t index = 0; index < decoderCount; ++index) {
      transept_decoder &decoder = *decoders[index];
      if (decoder.source->engine.get() != &engine)
        failArgument("decoders[" + text(index) + "]", "from another model",
                     "from the same opened model as the others");
      auto range = rangeOf(ids, offsets, index, "offsets");
      checkTargetIds(engine.table, "ids[" + text(index) + "]", range, decoder.cache.length());
      fed.push_back({&*decoder.source->lease, &decoder.cache, range});
    }
    std::vector<std::int64_t> lengths;
    for (const FedSequence &sequence : fed)
      lengths.push_back(sequence.cache->length());
    try {
      feedSequences(engine, fed, allRows ? LogitRows::All : LogitRows::Last, result);
    } catch (...) {
      for (std::size_t index = 0; index < fed.size(); ++index)
        fed[index].cache->truncate(lengths[index]);
      throw;
    }
  });
}

std::uint64_t decoderLength(const transept_decoder *decoder) {
  return decoder ? std::uint64_t(decoder->cache.length()) : 0;
}

void closeDecoder(transept_decoder *decoder) {
  if (isUsable(decoder))
    delete decoder;
}

void statistics(transept_model *model, transept_statistics *result) {
  if (!result)
    return;
  if (!isUsable(model)) {
    result->structure_size = 0;
    return;
  }
  // A caller with an older structure gets the fields that it knows.
  transept_statistics current = model->engine->statistics();
  model->scheduler->addStatistics(current);
  current.structure_size = std::min<std::uint64_t>(result->structure_size, sizeof(current));
  std::memcpy(result, &current, current.structure_size);
}

void setProfiling(transept_model *model, std::int32_t enabled) {
  if (isUsable(model))
    model->engine->runner.setProfiling(enabled != 0);
}

transept_status profileOf(transept_model *model, const transept_program *program,
                          transept_program_profile *profile, transept_launch_profile *launches,
                          char **message) {
  return guarded(message, [&] {
    Engine &engine = usable(model, "model");
    requirePointer(profile, "profile");
    if (!program || (program != engine.level.encode && program != engine.level.decode))
      failArgument("program", "not one that this model runs", "encode or decode of its level");
    transept_program_profile current = engine.runner.profile(*program, launches);
    current.structure_size = std::min<std::uint64_t>(profile->structure_size, sizeof(current));
    std::memcpy(profile, &current, current.structure_size);
  });
}

void setObserver(transept_model *model, transept_observer_function function, void *context) {
  if (isUsable(model))
    model->engine->runner.setObserver({function, context});
}

/// A transept_executor_function: `context` is an opened model.
std::int32_t runWorkers(void *context, transept_worker_function function, void *argument,
                        std::uint32_t workerCount) {
  auto *model = static_cast<transept_model *>(context);
  return guarded(nullptr, [&] {
    Workers &workers = usable(model, "context").runner.team();
    requirePointer(function, "function");
    if (workerCount == 0 || workerCount > workers.count())
      failArgument("worker_count", workerCount, rangeText(1, workers.count()));
    CarriedFunction carried{function, argument};
    workers.run(CarriedFunction::call, &carried, workerCount);
    carried.rethrow();
  });
}

const transept_level *levelOf(const transept_model *model) {
  return model ? &model->engine->level : nullptr;
}

void releaseMessage(char *message) {
  std::free(message);
}

} // namespace
} // namespace transept::runtime

extern "C" const struct transept_runtime transept_runtime_functions = {
    .structure_size = sizeof(transept_runtime),
    .reserved = 0,
    .open = transept::runtime::open,
    .close = transept::runtime::close,
    .encode = transept::runtime::encode,
    .retain_source = transept::runtime::retainSource,
    .release_source = transept::runtime::releaseSource,
    .view_source = transept::runtime::viewSource,
    .generate = transept::runtime::generateSequences,
    .view_sequences = transept::runtime::viewSequences,
    .release_results = transept::runtime::releaseResults,
    .logits = transept::runtime::logits,
    .cross_attention = transept::runtime::attentionOf,
    .transform = transept::runtime::transformFeatures,
    .open_decoder = transept::runtime::openDecoder,
    .fork_decoder = transept::runtime::forkDecoder,
    .append = transept::runtime::append,
    .decoder_length = transept::runtime::decoderLength,
    .close_decoder = transept::runtime::closeDecoder,
    .statistics = transept::runtime::statistics,
    .release_message = transept::runtime::releaseMessage,
    .set_profiling = transept::runtime::setProfiling,
    .profile = transept::runtime::profileOf,
    .run_workers = transept::runtime::runWorkers,
    .level = transept::runtime::levelOf,
    .set_observer = transept::runtime::setObserver,
    .view_token_scores = transept::runtime::viewTokenScores,
    .encode_until = transept::runtime::encodeUntil,
    .submit = transept::runtime::submit,
    .wait_request = transept::runtime::waitRequest,
    .take_results = transept::runtime::takeResults,
    .view_request = transept::runtime::viewRequest,
    .cancel_request = transept::runtime::cancelRequest,
    .release_request = transept::runtime::releaseRequest,
    .classify = transept::runtime::classifySources,
    .score = transept::runtime::scoreTargets,
    .forecast = transept::runtime::forecastSeries,
};
