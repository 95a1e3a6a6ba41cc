// SPDX-License-Identifier: Apache-2.0
//
// An input or argument that is not known fails the case instead of being skipped.

#include "workbench/goldens/GoldenChecks.h"
#include "base/Error.h"
#include "base/Json.h"

#include "workbench/goldens/GenerationArguments.h"
#include "workbench/goldens/GoldenBlocks.h"
#include "workbench/goldens/GoldenDistributions.h"
#include "workbench/goldens/GoldenForecasts.h"
#include "workbench/goldens/GoldenSources.h"
#include "workbench/goldens/GoldenTranscripts.h"
#include "workbench/goldens/GoldenTries.h"

#include <fmt/format.h>

#include <cstring>
#include <set>

namespace transept::workbench {

namespace {

using Sources = std::vector<GoldenSource>;

std::vector<Id> toIds(std::span<const int64_t> values) {
  return {values.begin(), values.end()};
}

const std::set<std::string> knownInputs = {
    "input_ids",      "input_features",    "input_values",          "pixel_values",
    "attention_mask", "decoder_input_ids", "global_attention_mask", "flattened_patches",
    "patches"};

class CaseCheck {
public:
  CaseCheck(const Model &model, const Goldens &goldens, const Tolerances &tolerances,
            const GoldenCase &golden)
      : model(model), goldens(goldens), tolerances(tolerances), golden(golden) {
    result.name = golden.name;
    result.kind = golden.kind;
  }

  CaseResult run() {
    try {
      if (isBlockCase(golden))
        checkBlockCase();
      else if (golden.kind == "forward")
        checkForward();
      else if (golden.kind == "generate")
        checkGenerate();
      else if (golden.kind == "distribution")
        checkSampling();
      else if (golden.kind == "forecast")
        checkForecast(model, goldens, golden, tolerances, result);
      else if (isTranscriptCase(golden))
        checkTranscriptCase(model, goldens, golden, tolerances, result);
      else
        fail(fmt::format("cases of kind {} are not known", golden.kind));
    } catch (const std::exception &error) {
      fail(error.what());
    }
    for (const Comparison &comparison : result.comparisons)
      if (!comparison.passes())
        fail(fmt::format("{} is off by {:.2g}, allowed {:.2g}", comparison.output,
                         comparison.largestError, comparison.tolerance));
    return std::move(result);
  }

private:
  void fail(const std::string &why) {
    result.failure += (result.failure.empty() ? "" : "; ") + why;
  }

  void expectInputs(const std::set<std::string> &known) const {
    for (const auto &[name, tensor] : golden.inputs)
      if (!known.contains(name))
        throw InputError(fmt::format("input {} is not known", name));
  }

  /// The tensor of an output, null when it was not recorded.
  const std::string *output(const std::string &name) const {
    auto found = golden.outputs.find(name);
    return found == golden.outputs.end() ? nullptr : &found->second;
  }

  void listNotCompared(const std::set<std::string> &compared) {
    for (const auto &[name, tensor] : golden.outputs)
      if (!compared.contains(name))
        result.notCompared.push_back(name);
  }

  IntegerTable requiredInput(const std::string &name) const {
    auto found = golden.inputs.find(name);
    if (found == golden.inputs.end())
      throw InputError(fmt::format("there is no input {}", name));
    return goldens.integers(found->second);
  }

  std::vector<Source> encode(const Sources &sources) const {
    std::vector<SourceInput> inputs;
    for (const GoldenSource &source : sources)
      inputs.push_back(source.input());
    return model.encodeBatch(inputs);
  }

  void checkBlockCase() {
    checkBlock(model, goldens, golden, tolerances, result);
    if (!*result.sameBitsAlone)
      fail("a row alone does not give the bits that it has in the batch");
  }

  // Forward.

  struct ForwardResult {
    std::vector<std::vector<float>> states;      // of each row's kept tokens
    std::vector<std::vector<int32_t>> positions; // likewise
    std::vector<Rows> logits;
    std::vector<std::vector<float>> attention; // [layers, heads, target rows, kept source rows]
    bool operator==(const ForwardResult &other) const {
      auto isSame = [](const std::vector<float> &left, const std::vector<float> &right) {
        return left.size() == right.size() &&
               std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
      };
      return std::ranges::equal(states, other.states, isSame) &&
             std::ranges::equal(attention, other.attention, isSame) &&
             std::ranges::equal(logits, other.logits, [&](const Rows &left, const Rows &right) {
               return isSame(left.values, right.values);
             });
    }
  };

  ForwardResult forward(const Sources &sources, const std::vector<std::vector<Id>> &targets) const {
    ForwardResult forward;
    std::vector<Source> encoded = encode(sources);
    for (const Source &source : encoded) {
      forward.states.emplace_back(source.states().begin(), source.states().end());
      forward.positions.emplace_back(source.positions().begin(), source.positions().end());
    }
    if (!model.labels().empty())
      for (const Classification &each : model.classifyBatch(encoded)) {
        Rows &logits = forward.logits.emplace_back(Rows{each.labels.size()});
        for (const LabelScore &label : each.labels)
          logits.values.push_back(label.logit);
      }
    if (targets.empty() || model.targetVocabularySize() == 0)
      return forward;
    forward.logits = model.logitsBatch(encoded, targets);
    std::vector<size_t> layers = recordedLayers();
    for (size_t row = 0; !layers.empty() && row != encoded.size(); ++row) {
      std::vector<float> &all = forward.attention.emplace_back();
      for (const AttentionWeights &weights :
           model.crossAttention(encoded[row], targets[row], layers))
        all.insert(all.end(), weights.values.begin(), weights.values.end());
    }
    return forward;
  }

  void checkForward() {
    expectInputs(knownInputs);
    Sources sources = readGoldenSources(model, goldens, golden);
    std::vector<std::vector<Id>> targets;
    if (golden.inputs.contains("decoder_input_ids")) {
      IntegerTable table = requiredInput("decoder_input_ids");
      for (size_t row = 0; row < table.rowCount; ++row)
        targets.push_back(toIds(table.row(row)));
    }
    ForwardResult batch = forward(sources, targets);
    if (output("encoder_last_hidden_state"))
      compareStates(sources, batch);
    std::set<std::string> compared = {"encoder_last_hidden_state", "logits", "label_logits"};
    for (const char *name : {"logits", "label_logits"})
      if (output(name) && model.targetVocabularySize() != 0)
        compareLogits(name, batch);
    for (size_t index = 0; const size_t layer : recordedLayers()) {
      compareAttention(sources, targets, batch, index++, layer);
      compared.insert(attentionName(layer));
    }
    listNotCompared(compared);
    if (result.comparisons.empty())
      fail("none of its outputs can be compared");
    checkRowsAlone(sources, targets, batch);
  }

  void checkRowsAlone(const Sources &sources, const std::vector<std::vector<Id>> &targets,
                      const ForwardResult &batch) {
    ForwardResult alone;
    for (size_t row = 0; row < sources.size(); ++row) {
      ForwardResult single = forward(
          {sources[row]}, targets.empty() ? targets : std::vector<std::vector<Id>>{targets[row]});
      std::ranges::move(single.states, std::back_inserter(alone.states));
      std::ranges::move(single.logits, std::back_inserter(alone.logits));
      std::ranges::move(single.attention, std::back_inserter(alone.attention));
    }
    result.sameBitsAlone = alone == batch;
    if (!*result.sameBitsAlone)
      fail("a row alone does not give the bits that it has in the batch");
  }

  void compareStates(const Sources &sources, const ForwardResult &batch) {
    FloatTensor expected = goldens.floats(*output("encoder_last_hidden_state"));
    size_t width = model.hiddenSize();
    if (expected.shape.size() != 3 || size_t(expected.shape[0]) != sources.size() ||
        size_t(expected.shape[2]) != width)
      throw InputError(
          fmt::format("encoder_last_hidden_state has shape {}, but the model's hidden size is {}",
                      checkpoints::formatShape(expected.shape), width));
    auto columnCount = size_t(expected.shape[1]);
    std::vector<float> wanted, actual;
    for (size_t row = 0; row < sources.size(); ++row) {
      for (size_t column : keptColumns(sources[row], batch.positions[row], columnCount)) {
        auto begin = expected.values.begin() + std::ptrdiff_t((row * columnCount + column) * width);
        wanted.insert(wanted.end(), begin, begin + std::ptrdiff_t(width));
      }
      actual.insert(actual.end(), batch.states[row].begin(), batch.states[row].end());
    }
    result.comparisons.push_back(
        compareTensors("encoder_last_hidden_state", wanted, actual, tolerances.encoderStates));
  }

  static std::string attentionName(size_t layer) {
    return fmt::format("cross_attentions.{}", layer);
  }

  /// The decoder layers whose cross-attention weights were recorded.
  std::vector<size_t> recordedLayers() const {
    std::vector<size_t> layers;
    for (size_t layer = 0; layer < model.crossAttentionCount(); ++layer)
      if (output(attentionName(layer)))
        layers.push_back(layer);
    return layers;
  }

  static std::vector<size_t> keptColumns(const GoldenSource &source,
                                         std::span<const int32_t> positions, size_t columnCount) {
    std::vector<size_t> columns = source.keptColumns(positions);
    if (!columns.empty() && columns.back() >= columnCount)
      throw InputError(fmt::format("an output has {} columns, but the model encoded {} rows",
                                   columnCount, positions.size()));
    return columns;
  }

  /// Recorded are [batch, heads, target, source] with padding; `index` counts the recorded layers.
  void compareAttention(const Sources &sources, const std::vector<std::vector<Id>> &targets,
                        const ForwardResult &batch, size_t index, size_t layer) {
    FloatTensor expected = goldens.floats(*output(attentionName(layer)));
    if (expected.shape.size() != 4 || size_t(expected.shape[0]) != sources.size())
      throw InputError(fmt::format("{} has shape {}", attentionName(layer),
                                   checkpoints::formatShape(expected.shape)));
    auto heads = size_t(expected.shape[1]), columnCount = size_t(expected.shape[3]);
    std::vector<float> actual(expected.values.size(), 0.0f);
    size_t layerCount = recordedLayers().size();
    for (size_t row = 0; row < sources.size(); ++row) {
      size_t keys = batch.attention[row].size() / (layerCount * heads * targets[row].size());
      const float *from = batch.attention[row].data() + index * heads * targets[row].size() * keys;
      std::vector<size_t> columns = keptColumns(sources[row], batch.positions[row], columnCount);
      float *to = actual.data() + row * heads * targets[row].size() * columnCount;
      for (size_t line = 0; line < heads * targets[row].size(); ++line)
        for (size_t key = 0; key < keys; ++key)
          to[line * columnCount + columns[key]] = from[line * keys + key];
    }
    result.comparisons.push_back(
        compareTensors(attentionName(layer), expected.values, actual, tolerances.attention));
  }

  void compareLogits(const std::string &name, const ForwardResult &batch) {
    FloatTensor expected = goldens.floats(*output(name));
    std::vector<float> actual;
    for (const Rows &rows : batch.logits)
      actual.insert(actual.end(), rows.values.begin(), rows.values.end());
    result.comparisons.push_back(
        compareTensors(name, expected.values, actual, tolerances.targetOutputs));
  }

  // Generate.

  /// Whether a prompt says more than where the decoder starts.
  static bool hasPrompt(const GenerateOptions &options) {
    return options.prompt.size() > 1 ||
           std::ranges::any_of(options.prompts, [](const auto &ids) { return ids.size() > 1; });
  }

  /// The arguments with the prompts, and with what is a function in Python.
  GenerationArguments readArguments() const {
    GenerationArguments arguments = readGenerationArguments(golden.generationArguments);
    arguments.options.ignoreModelDefaults = !golden.usesGenerationConfig;
    if (golden.inputs.contains("decoder_input_ids")) {
      IntegerTable prompts = requiredInput("decoder_input_ids");
      for (size_t row = 0; row < prompts.rowCount; ++row)
        arguments.options.prompts.push_back(toIds(prompts.row(row)));
    }
    if (!golden.decoderPrompt.empty())
      arguments.options.prompt = toIds(golden.decoderPrompt);
    // Hugging Face takes these for all that stands before what is generated.
    if (hasPrompt(arguments.options))
      arguments.options.forcedBeginning = -1;
    for (const auto &[name, value] : golden.extra.items()) {
      if (name == "prefix_tries")
        arguments.options.allowedIds =
            readGoldenTries(value, arguments.options.ends.value_or(std::vector<Id>()));
      else if (name == "stop_vocabulary")
        arguments.options.tokenText = readGoldenTexts(value);
      else if (name == "num_assistant_tokens") // drafts come from elsewhere; results are the same
        arguments.options.lookupLength = int(toInteger(value, name, {.minimum = 1, .maximum = 64}));
      else if (!withoutEffect.contains(name))
        throw InputError(fmt::format("extra {} is not known", name));
    }
    return arguments;
  }

  /// Where texts of tokens come from, and who drafts tokens.
  static inline const std::set<std::string> withoutEffect = {"stop_vocabulary_seed", "assistant",
                                                             "num_assistant_tokens_schedule"};

  /// The text of each id of the vocabulary.
  static std::function<std::string(Id)> readGoldenTexts(const nlohmann::ordered_json &list) {
    std::vector<std::string> texts;
    for (const auto &each : list)
      texts.push_back(toText(each, "stop_vocabulary"));
    return [texts = std::move(texts)](Id id) {
      if (size_t(id) >= texts.size())
        throw InputError(
            fmt::format("stop_vocabulary has {} texts, but none of id {}", texts.size(), id));
      return texts[size_t(id)];
    };
  }

  /// A rounded model keeps other tokens: then there is nothing to compare.
  void checkSampling() {
    expectInputs(knownInputs);
    GenerationArguments arguments = readArguments();
    if (!output("logprobs"))
      throw InputError("there is no output logprobs");
    if (tolerances.expectsIds()) {
      bool hasBeams = arguments.options.beams.value_or(1) > 1;
      auto *check = hasBeams ? checkBeamDistribution : checkDistribution;
      check(model, encode(readGoldenSources(model, goldens, golden)), arguments.options,
            goldens.floats(*output("logprobs")), tolerances, result);
    }
    listNotCompared(tolerances.expectsIds() ? std::set<std::string>{"logprobs"}
                                            : std::set<std::string>{});
  }

  void checkGenerate() {
    expectInputs(knownInputs);
    GenerationArguments arguments = readArguments();
    Sources sources = readGoldenSources(model, goldens, golden);
    if (!output("sequences"))
      throw InputError("there is no output sequences");
    if (isTranscription(arguments))
      return checkTranscripts(encode(sources), arguments);
    std::vector<Sequence> sequences;
    for (Generation &generation : model.generateBatch(encode(sources), arguments.options))
      std::ranges::move(generation.sequences, std::back_inserter(sequences));
    compareIds(sequences, arguments.padding);
    std::set<std::string> compared = {"sequences"};
    if (output("sequences_scores") && tolerances.expectsIds()) {
      result.comparisons.push_back(
          compareScores(goldens.floats(*output("sequences_scores")).values, sequences));
      compared.insert("sequences_scores");
    }
    for (const auto &[name, kind] :
         {std::pair{"transition_scores", TokenScores::Processed},
          std::pair{"transition_scores_normalized", TokenScores::Normalized}})
      if (output(name) && tolerances.expectsIds() && result.failure.empty()) {
        arguments.options.tokenScores = kind;
        compareTokenScores(name, model.generateBatch(encode(sources), arguments.options));
        compared.insert(name);
      }
    listNotCompared(compared);
  }

  /// Recorded are [sequences, steps]; what stands behind the end of a sequence says nothing.
  void compareTokenScores(const std::string &name, const std::vector<Generation> &generations) {
    FloatTensor expected = goldens.floats(*output(name));
    size_t stepCount = expected.shape.size() == 2 ? size_t(expected.shape[1]) : 0, row = 0;
    std::vector<float> wanted, actual;
    for (const Generation &generation : generations)
      for (const Sequence &sequence : generation.sequences) {
        auto from = expected.values.begin() + std::ptrdiff_t(row++ * stepCount);
        size_t count = sequence.tokenScores.size();
        if (count == 0 || count > stepCount || row * stepCount > expected.values.size())
          throw InputError(fmt::format("{} has shape {}, but sequence {} has {} scores", name,
                                       checkpoints::formatShape(expected.shape), row - 1, count));
        wanted.insert(wanted.end(), from, from + std::ptrdiff_t(count));
        actual.insert(actual.end(), sequence.tokenScores.begin(), sequence.tokenScores.end());
      }
    result.comparisons.push_back(compareTensors(name, wanted, actual, tolerances.targetOutputs));
  }

  /// Whether the case went through the generate function that models of speech have of their own.
  bool isTranscription(const GenerationArguments &arguments) const {
    return arguments.speech || (model.table().speech && golden.usesGenerationConfig &&
                                golden.name.starts_with("pipe_"));
  }

  void checkTranscripts(const std::vector<Source> &sources, const GenerationArguments &arguments) {
    SpeechOptions options = arguments.speech.value_or(SpeechOptions{.task = std::nullopt});
    options.generate = arguments.options;
    std::vector<Sequence> sequences;
    for (Transcript &transcript : transcribeBatch(model, sources, options)) {
      transcript.sequence.ids = std::move(transcript.ids);
      sequences.push_back(std::move(transcript.sequence));
    }
    compareIds(sequences, arguments.padding, /*keepsEnd=*/false);
    listNotCompared({"sequences"});
  }

  /// A recorded sequence; some versions of transformers keep the end id of transcripts, we do not.
  std::vector<Id> expectedIds(std::span<const int64_t> row, Id padding, bool keepsEnd) const {
    std::vector<Id> ids = toIds(row);
    const transept_generation_defaults *defaults = model.table().generation;
    if (keepsEnd || !defaults)
      return ids;
    while (!ids.empty() && ids.back() == padding)
      ids.pop_back();
    std::span ends(defaults->end_ids, defaults->end_id_count);
    if (!ids.empty() && std::ranges::find(ends, ids.back()) != ends.end())
      ids.pop_back();
    return ids;
  }

  void compareIds(const std::vector<Sequence> &sequences, std::optional<Id> givenPadding,
                  bool keepsEnd = true) {
    IntegerTable expected = goldens.integers(*output("sequences"));
    const transept_generation_defaults *defaults = model.table().generation;
    Id padding = givenPadding ? *givenPadding : defaults ? defaults->padding_id : -1;
    result.ids = IdCounts{.all = expected.values.size()};
    if (expected.rowCount != sequences.size())
      return fail(
          fmt::format("expects {} sequences, but got {}", expected.rowCount, sequences.size()));
    result.ids = IdCounts{};
    std::string firstDifference;
    for (size_t row = 0; row < sequences.size(); ++row) {
      std::vector<Id> wanted = expectedIds(expected.row(row), padding, keepsEnd);
      IdCounts counts = countEqualIds(wanted, sequences[row].ids, padding);
      result.ids->equal += counts.equal;
      result.ids->all += counts.all;
      std::string difference = differenceOf(wanted, sequences[row].ids, padding);
      if (firstDifference.empty() && !difference.empty())
        firstDifference = fmt::format("sequence {} differs {}", row, difference);
    }
    if (tolerances.expectsIds() && !firstDifference.empty())
      fail(firstDifference);
  }

  const Model &model;
  const Goldens &goldens;
  const Tolerances &tolerances;
  const GoldenCase &golden;
  CaseResult result;
};

} // namespace

CaseResult checkCase(const Model &model, const Goldens &goldens, const Tolerances &tolerances,
                     const GoldenCase &golden) {
  return CaseCheck(model, goldens, tolerances, golden).run();
}

} // namespace transept::workbench
