// SPDX-License-Identifier: Apache-2.0
//
// Transept's C++ API: open a compiled encoder-decoder model, encode sources, generate.
//
//     auto model  = transept::Model::open("libende.so");
//     auto source = model.encode(ids);                       // runs the encoder once
//     auto result = model.generate(source, {.beams = 4});    // result.ids(), result.sequences
//
// Header-only, needs nothing but the C++20 standard library: what runs is inside the compiled
// model. Everything here may be used from many threads at once, except one Decoder by two.
// Functions throw transept::Error; a call that throws has changed nothing.
#ifndef TRANSEPT_MODEL_H
#define TRANSEPT_MODEL_H

#include "transept/detail/CrossAttentionHeads.h"
#include "transept/detail/GivenTargets.h"
#include "transept/forecast.h"
#include "transept/image.h"
#include "transept/labels.h"
#include "transept/request.h"
#include "transept/source.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace transept {

struct SoundSegment; // sound_options.h
struct SpokenWord;   // sound.h

/// An opened model. Copies are the same model: same threads, same caches. It is closed when the
/// last copy and the last Source and Decoder of it are gone, and gives its memory back. A Model
/// that was moved from throws Error when it is used.
///
/// After fork(), a child process cannot use what its parent opened: calls throw Error
/// (Unsupported). It can open the model again.
class Model {
public:
  /// Opens a compiled model by its file name: what the file is now, also where a model from an
  /// older file of that name is still open. Throws Error if the file is not a complete model
  /// library, was compiled for another processor or version, or was overwritten under a model that
  /// is open (a new file has to be renamed to its place instead). Damage inside of a library is not
  /// looked for: its code runs as that of any shared library.
  static Model open(const std::string &path, const OpenOptions &options = {}) {
    return Model(
        std::make_shared<const detail::OpenLibrary>(path, convert(options), options.workers.owner));
  }

  /// Opens a model that the program is linked with; generated headers call this.
  explicit Model(transept_model_function function, const OpenOptions &options = {})
      : Model(std::make_shared<const detail::OpenLibrary>(function(), convert(options),
                                                          options.workers.owner)) {}

  /// A model that C code has opened, which must stay open as long as this and all that comes from
  /// it.
  static Model borrow(const transept_model_table &table, transept_model *model) {
    return Model(std::make_shared<const detail::OpenLibrary>(table, model));
  }

  /// Encodes one source of 1 to maximumSourceLength() tokens, or finds it among those encoded
  /// before. Two threads that ask for the same source at once encode it once.
  /// Throws Error (Cancelled) before its next step once a stop is requested.
  Source encode(std::span<const Id> ids, const std::stop_token &stop = {}) const {
    return encode(SourceInput{ids}, stop);
  }
  Source encode(std::initializer_list<Id> ids) const {
    return encode(std::span(ids.begin(), ids.size()));
  }
  Source encode(const SourceInput &input, const std::stop_token &stop = {}) const {
    return std::move(encodeBatch(std::span(&input, 1), stop).front());
  }

  /// Encodes many sources of any lengths together; the result is the same as one by one. All are
  /// checked before one is encoded: an error names the source that is wrong ("sources[3]"), and the
  /// others can be passed again without it. What was encoded before a stop stays in the cache.
  std::vector<Source> encodeBatch(std::span<const SourceInput> inputs,
                                  const std::stop_token &stop = {}) const {
    std::vector<transept_source_input> converted;
    for (std::size_t index = 0; index < inputs.size(); ++index)
      converted.push_back(convert(inputs[index], index));
    std::vector<Source> sources;
    sources.reserve(inputs.size());
    std::vector<transept_source *> handles(inputs.size());
    transept_stop_function shouldStop = nullptr;
    void *context = nullptr;
    detail::setStop(stop, shouldStop, context);
    opened().call(opened().runtime().encode_until, opened().model(), converted.data(),
                  converted.size(), shouldStop, context, handles.data());
    for (transept_source *handle : handles)
      sources.push_back(Source(library, handle));
    return sources;
  }
  std::vector<Source> encodeBatch(const std::vector<std::vector<Id>> &sources,
                                  const std::stop_token &stop = {}) const {
    std::vector<SourceInput> inputs;
    for (const std::vector<Id> &ids : sources)
      inputs.push_back({ids});
    return encodeBatch(inputs, stop);
  }

  /// Encodes rows of features [rows, sourceFeatureWidth()] of a model that reads no ids.
  Source encodeFeatures(std::span<const float> features) const {
    return encode(SourceInput{.ids = {}, .features = features});
  }

  /// Encodes an image of a model that looks at images; see image.h. `prompt` is what is asked about
  /// it, as TextOptions::imagePrompt.
  Source encodeImage(const Image &image, const std::string &prompt = {}) const {
    return encodeFeatures(detail::readImage(opened(), image, prompt));
  }

  /// The source of a model that has none, a decoder alone: generate continues the options' prompts.
  Source noSource() const { return encode(std::span<const Id>()); }

  /// Generates from one source by greedy search, beam search or sampling.
  Generation generate(const Source &source, const GenerateOptions &options = {}) const {
    return std::move(generateBatch(std::span(&source, 1), options).front());
  }

  /// Generates from many sources together: one result for each, in order, the same as one by one.
  /// An error that concerns one source names it ("sources[3]"); no results come then, but the
  /// sources stay encoded, and the others' results are the same without it.
  std::vector<Generation> generateBatch(std::span<const Source> sources,
                                        const GenerateOptions &options = {}) const {
    detail::GenerationOptions converted(options, sources.size());
    std::vector<transept_source *> handles = handlesOf(sources);
    transept_results *results = nullptr;
    try {
      opened().call(opened().runtime().generate, opened().model(), handles.data(), handles.size(),
                    converted.get(), &results);
    } catch (const Error &) {
      converted.rethrow();
      throw;
    }
    std::vector<Generation> generations = detail::generationsOf(opened(), results, sources.size());
    converted.rethrow(); // what a listener threw is no part of a result
    return generations;
  }

  /// Encodes sources and generates from them without a thread that waits for it; see request.h. All
  /// is checked before this returns, and nothing of `inputs` is needed afterwards. `onEnded` is
  /// called once it has ended, by another thread: it should be quick, and must not use the model,
  /// or give up its last copy. Throws Error (Overloaded) where OpenOptions::maximumRequests have
  /// not ended.
  Request submit(std::span<const SourceInput> inputs, const GenerateOptions &options = {},
                 std::function<void()> onEnded = {}) const {
    std::vector<transept_source_input> converted;
    converted.reserve(inputs.size());
    for (std::size_t index = 0; index < inputs.size(); ++index)
      converted.push_back(convert(inputs[index], index));
    opened();
    auto state =
        std::make_unique<Request::State>(library, inputs.size(), options, std::move(onEnded));
    opened().call(opened().runtime().submit, opened().model(), converted.data(), converted.size(),
                  state->converted.get(),
                  state->onEnded ? Request::State::callEnded : transept_ended_function(nullptr),
                  static_cast<void *>(state.get()), &state->handle);
    return Request(std::move(state));
  }
  Request submit(std::span<const Id> ids, const GenerateOptions &options = {},
                 std::function<void()> onEnded = {}) const {
    SourceInput input{ids};
    return submit(std::span<const SourceInput>(&input, 1), options, std::move(onEnded));
  }

  /// Teacher forcing: the logits of every position of the given target ids, as they are (their
  /// first id is usually the decoder start). Row t scores what follows ids[t]; of a classifier, its
  /// labels.
  Rows logits(const Source &source, std::span<const Id> targetIds) const {
    std::vector<std::vector<Id>> targets{{targetIds.begin(), targetIds.end()}};
    return std::move(logitsBatch(std::span(&source, 1), targets).front());
  }

  /// The same for many sources together, targets[i] over sources[i].
  std::vector<Rows> logitsBatch(std::span<const Source> sources,
                                std::span<const std::vector<Id>> targets) const {
    const detail::GivenTargets given(targets, sources.size());
    const std::vector<Id> &ids = given.ids;
    const std::vector<std::uint64_t> &offsets = given.offsets;
    std::vector<transept_source *> handles = handlesOf(sources);
    std::size_t width = opened().logitsWidth();
    std::vector<float> values(std::max<std::size_t>(1, ids.size() * width));
    opened().call(opened().runtime().logits, opened().model(), handles.data(), handles.size(),
                  ids.data(), offsets.data(), values.data());
    std::vector<Rows> result;
    for (std::size_t index = 0; index < sources.size(); ++index) {
      auto begin = values.begin() + std::ptrdiff_t(offsets[index] * width);
      auto end = values.begin() + std::ptrdiff_t(offsets[index + 1] * width);
      result.push_back({width, std::vector<float>(begin, end)});
    }
    return result;
  }

  /// The logarithm of the probability of each given target id behind those before it; 0 for the
  /// first one, which is usually the decoder start. Their sum says how likely the whole target is.
  std::vector<float> score(const Source &source, std::span<const Id> targetIds) const {
    std::vector<std::vector<Id>> targets{{targetIds.begin(), targetIds.end()}};
    return std::move(scoreBatch(std::span(&source, 1), targets).front());
  }

  /// The same for many sources together, targets[i] over sources[i].
  std::vector<std::vector<float>> scoreBatch(std::span<const Source> sources,
                                             std::span<const std::vector<Id>> targets) const {
    const detail::GivenTargets given(targets, sources.size());
    std::vector<transept_source *> handles = handlesOf(sources);
    std::vector<float> values(std::max<std::size_t>(1, given.ids.size()));
    opened().call(opened().runtime().score, opened().model(), handles.data(), handles.size(),
                  given.ids.data(), given.offsets.data(), values.data());
    std::vector<std::vector<float>> result;
    for (std::size_t index = 0; index < sources.size(); ++index)
      result.emplace_back(values.begin() + std::ptrdiff_t(given.offsets[index]),
                          values.begin() + std::ptrdiff_t(given.offsets[index + 1]));
    return result;
  }

  /// The labels that a classifier scores, in its order; none of other models.
  std::vector<std::string> labels() const { return detail::labelsOf(table()); }

  /// The labels' scores for a source, in the order of labels(). Throws Error of a model without
  /// labels, and for a source without the end id that the model's tokenizer puts behind texts.
  Classification classify(const Source &source) const {
    return std::move(classifyBatch(std::span(&source, 1)).front());
  }
  /// Of a text, or of a pair of texts ("premise", "hypothesis").
  Classification classify(std::string_view text, const TokenizeOptions &options = {}) const {
    return classify(encode(tokenize(text, options)));
  }
  /// Of many sources together, the same as one by one.
  std::vector<Classification> classifyBatch(std::span<const Source> sources) const {
    std::vector<transept_source *> handles = handlesOf(sources);
    std::size_t width = table().classifier ? table().classifier->label_count : 0;
    std::vector<float> logits(sources.size() * width), scores(sources.size() * width);
    opened().call(opened().runtime().classify, opened().model(), handles.data(), handles.size(),
                  logits.data(), scores.data());
    return detail::classificationsOf(table(), logits, scores);
  }

  /// How a series goes on, oldest value first, NaN for one that is missing; horizon 0 is the
  /// model's. Beyond that, each quantile is continued by itself. Throws Error of other models.
  Forecast forecast(std::span<const float> series, std::size_t horizon = 0) const {
    return std::move(forecastBatch(std::span(&series, 1), horizon).front());
  }
  /// Of many series of any lengths, the same as one by one.
  std::vector<Forecast> forecastBatch(std::span<const std::span<const float>> series,
                                      std::size_t horizon = 0) const {
    return detail::forecast(opened(), series, horizon);
  }

  /// Teacher forcing: the weights of the given cross-attentions (numbers below
  /// crossAttentionCount(), usually the decoder's layers) for every position of the target ids.
  std::vector<AttentionWeights> crossAttention(const Source &source, std::span<const Id> targetIds,
                                               std::span<const std::size_t> layers) const {
    std::vector<AttentionWeights> weights(layers.size());
    std::vector<float *> pointers = prepare(weights, layers, targetIds.size(), source.length());
    std::vector<transept_source *> handles = handlesOf(std::span(&source, 1));
    std::uint64_t offsets[] = {0, targetIds.size()};
    Id none = 0;
    opened().call(opened().runtime().cross_attention, opened().model(), handles.data(),
                  std::uint64_t(1), targetIds.empty() ? &none : targetIds.data(), offsets,
                  pointers.data());
    return weights;
  }

  /// Runs a model without a target vocabulary on one target, rows of targetFeatureWidth() numbers,
  /// with the weights of the given cross-attentions.
  Transformed transform(const Source &source, std::span<const float> features,
                        std::span<const std::size_t> layers = {}) const {
    std::size_t width = std::max<std::size_t>(1, table().target_feature_width);
    if (features.size() % width != 0)
      throw Error(ErrorCode::InvalidArgument, "features has " + std::to_string(features.size()) +
                                                  " numbers, but must have rows of " +
                                                  std::to_string(width));
    std::size_t rows = features.size() / width;
    Transformed result{{table().target_state_width}, std::vector<AttentionWeights>(layers.size())};
    result.states.values.resize(rows * result.states.width);
    std::vector<float *> pointers = prepare(result.attention, layers, rows, source.length());
    std::vector<transept_source *> handles = handlesOf(std::span(&source, 1));
    std::uint64_t offsets[] = {0, rows};
    opened().call(opened().runtime().transform, opened().model(), handles.data(), std::uint64_t(1),
                  features.data(), offsets, result.states.values.data(), pointers.data());
    return result;
  }

  /// The ids of a text, as generate takes them; see text.h. The first call with texts reads the
  /// library's tokenizer.
  std::vector<Id> tokenize(std::string_view text, const TokenizeOptions &options = {}) const {
    return detail::tokenize(opened(), opened().text(), text, options);
  }
  /// The text of ids; those outside of the vocabulary are written as the unknown token.
  std::string detokenize(std::span<const Id> ids, const DetokenizeOptions &options = {}) const {
    return detail::detokenize(opened(), opened().text(), ids, options);
  }
  /// The languages that texts can be marked with, as the checkpoint names them.
  std::vector<std::string> languages() const {
    const transept_text *text = opened().text();
    std::vector<std::string> names;
    while (const char *name = table().text->language(text, names.size()))
      names.push_back(name);
    return names;
  }

  /// What the model makes of a text: its translation, summary, continuation.
  TextGeneration generateText(const std::string &text, const TextOptions &options = {}) const {
    return std::move(generateTexts(std::span(&text, 1), options).front());
  }
  /// Of many texts, in batches: one for each, in order, the same as one by one. An error that
  /// concerns one text names it ("texts[3]"); TextOptions::skipsInvalid keeps the others' results.
  std::vector<TextGeneration> generateTexts(std::span<const std::string> texts,
                                            const TextOptions &options = {}) const {
    return detail::generateTexts(opened(), texts, options);
  }

  /// The best result for a text.
  std::string translate(const std::string &text, const TextOptions &options = {}) const {
    return generateText(text, options).text();
  }
  std::vector<std::string> translateBatch(std::span<const std::string> texts,
                                          const TextOptions &options = {}) const {
    std::vector<std::string> results;
    for (TextGeneration &each : generateTexts(texts, options))
      results.push_back(std::move(each).text());
    return results;
  }

  /// The best text for an image: its caption, or what is written in it. Of the options, those of
  /// source texts may not be set: sourceLanguage, splitsSentences, truncates.
  std::string describe(const Image &image, const TextOptions &options = {}) const {
    return std::move(detail::describe(opened(), std::span(&image, 1), options).front()).text();
  }
  /// All results for many images, in batches: one for each, in order, the same as one by one. An
  /// error that concerns one image names it ("images[3]"); TextOptions::skipsInvalid keeps the
  /// others' results.
  std::vector<TextGeneration> describeBatch(std::span<const Image> images,
                                            const TextOptions &options = {}) const {
    return detail::describe(opened(), images, options);
  }

  std::string_view name() const { return table().name; }
  /// JSON: architecture, types, special ids, generation defaults, memory formula.
  std::string_view manifest() const { return {table().manifest, table().manifest_size}; }
  /// False for a decoder alone, which continues prompts over noSource().
  bool hasSource() const { return sourceVocabularySize() != 0 || sourceFeatureWidth() != 0; }
  std::size_t sourceVocabularySize() const { return table().source_vocabulary_size; }
  std::size_t targetVocabularySize() const { return table().target_vocabulary_size; }
  /// Numbers in a row of source or target features; 0 where that side is token ids.
  std::size_t sourceFeatureWidth() const { return table().source_feature_width; }
  std::size_t targetFeatureWidth() const { return table().target_feature_width; }
  /// Rows of features that a source must have (see SourceInput::allowFewerFeatures), 0 for any.
  std::size_t sourceFeatureCount() const { return table().source_feature_count; }
  std::size_t crossAttentionCount() const { return table().cross_attention_count; }
  /// Width of a row of Source::states().
  std::size_t hiddenSize() const { return table().encoder_hidden_size; }
  /// Positions of encoder and decoder; SIZE_MAX when unbounded.
  std::size_t maximumSourceLength() const { return table().maximum_source_length; }
  std::size_t maximumTargetLength() const { return table().maximum_target_length; }

  /// A file of the checkpoint that was kept in the library, e.g. "tokenizer_config.json", or what
  /// stands for it: tables in place of "source.spm". Nothing if there is none of that name.
  std::optional<std::string_view> asset(std::string_view fileName) const {
    for (const transept_asset &item : std::span(table().assets, table().asset_count))
      if (fileName == item.name)
        return std::string_view(static_cast<const char *>(item.data), item.size);
    return std::nullopt;
  }

  /// The instruction-set level that runs: one of levels().
  const transept_level &level() const { return *opened().runtime().level(opened().model()); }
  /// What the library was compiled for, from the least demanding to the most.
  std::span<const transept_level> levels() const { return {table().levels, table().level_count}; }

  /// This model's workers, for others to share: Model::open("b.so", {.workers = a.workers()}). Both
  /// together never use more threads than this one alone.
  Workers workers() const {
    return {opened().runtime().run_workers, opened().model(), unsigned(statistics().workers),
            library};
  }

  Statistics statistics() const {
    Statistics result{};
    result.structure_size = sizeof(result);
    opened().runtime().statistics(opened().model(), &result);
    if (result.structure_size == 0)
      throw Error(ErrorCode::Unsupported, "model " + std::string(name()) +
                                              " was opened before fork(), by the parent of this "
                                              "process; open it again in this process");
    return result;
  }

  /// The C table, for tools; valid as long as the model.
  const transept_model_table &table() const { return opened().table(); }

private:
  friend std::vector<SpokenWord> wordsOf(const Model &model, const SoundSegment &segment);
  friend class Observer;
  friend class Profiler;

  explicit Model(std::shared_ptr<const detail::OpenLibrary> library)
      : library(std::move(library)) {}

  const detail::OpenLibrary &opened() const { return detail::opened(library, "this Model"); }

  static transept_open_options convert(const OpenOptions &options) {
    transept_open_options result{};
    result.structure_size = sizeof(result);
    const Workers &workers = options.workers;
    if (workers.executor && (workers.count == 0 || options.threads > workers.count))
      throw Error(ErrorCode::InvalidArgument,
                  "threads is " + std::to_string(options.threads) + ", but workers has " +
                      std::to_string(workers.count) +
                      "; at least 1 is needed, and threads can be at most as many");
    result.threads = workers.executor && options.threads == 0 ? workers.count : options.threads;
    result.executor = workers.executor;
    result.executor_context = workers.context;
    result.encoder_cache_bytes = options.encoderCacheBytes;
    result.self_cache_bytes = options.selfCacheBytes;
    result.maximum_requests = options.maximumRequests;
    result.level = options.level.empty() ? nullptr : options.level.c_str();
    return result;
  }

  transept_source_input convert(const SourceInput &input, std::size_t number) const {
    auto check = [&](const char *what, std::size_t size, std::size_t length) {
      if (size != 0 && size != length)
        throw Error(ErrorCode::InvalidArgument, "sources[" + std::to_string(number) + "]." + what +
                                                    " has " + std::to_string(size) +
                                                    " numbers, but must have none or " +
                                                    std::to_string(length) + ", one for each id");
    };
    std::size_t length = input.ids.size();
    if (std::size_t width = sourceFeatureWidth(); width != 0 && input.ids.empty()) {
      if (input.features.size() % width != 0)
        throw Error(ErrorCode::InvalidArgument,
                    "sources[" + std::to_string(number) + "].features has " +
                        std::to_string(input.features.size()) + " numbers, but must have rows of " +
                        std::to_string(width));
      length = input.features.size() / width;
    }
    check("mask", input.mask.size(), length);
    check("positions", input.positions.size(), length);
    transept_source_input result{};
    result.ids = input.ids.empty() && sourceFeatureWidth() != 0 ? nullptr : input.ids.data();
    result.length = length;
    result.mask = input.mask.empty() ? nullptr : input.mask.data();
    result.positions = input.positions.empty() ? nullptr : input.positions.data();
    result.features = input.features.empty() ? nullptr : input.features.data();
    result.allow_fewer_features = input.allowFewerFeatures;
    return result;
  }

  /// Makes room for the weights of `layers`; one pointer for each cross-attention of the model.
  std::vector<float *> prepare(std::vector<AttentionWeights> &weights,
                               std::span<const std::size_t> layers, std::size_t rows,
                               std::size_t keys) const {
    std::vector<float *> pointers(std::max<std::size_t>(1, crossAttentionCount()), nullptr);
    for (std::size_t index = 0; index < layers.size(); ++index) {
      if (layers[index] >= crossAttentionCount() || pointers[layers[index]])
        throw Error(ErrorCode::InvalidArgument,
                    "layers[" + std::to_string(index) + "] is " + std::to_string(layers[index]) +
                        ", but must be one of the " + std::to_string(crossAttentionCount()) +
                        " cross-attentions, each once");
      AttentionWeights &each = weights[index];
      each = {crossAttentionHeads(layers[index]), rows, keys};
      // One number more, so that even no weights have a place.
      each.values.reserve(each.heads * rows * keys + 1);
      each.values.resize(each.heads * rows * keys);
      pointers[layers[index]] = each.values.data();
    }
    return pointers;
  }

  std::size_t crossAttentionHeads(std::size_t index) const {
    return detail::crossAttentionHeads(table(), index);
  }

  std::vector<transept_source *> handlesOf(std::span<const Source> sources) const {
    std::vector<transept_source *> handles;
    opened();
    for (const Source &source : sources) {
      std::string name = "sources[" + std::to_string(handles.size()) + "]";
      if (&detail::opened(source.library, name) != library.get())
        throw Error(ErrorCode::InvalidArgument,
                    name + " is from another model, but must be encoded by this one");
      handles.push_back(source.handle);
    }
    return handles;
  }

  std::shared_ptr<const detail::OpenLibrary> library;
};

} // namespace transept

#endif
