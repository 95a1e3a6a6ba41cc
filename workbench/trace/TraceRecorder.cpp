// SPDX-License-Identifier: Apache-2.0
//
// An observer copies the buffers that a launch writes, before another launch may.

#include "workbench/trace/TraceRecorder.h"
#include "base/Error.h"

#include "workbench/goldens/Tolerances.h"
#include "workbench/trace/SearchRecorder.h"

#include "transept/observe.h"

#include <fmt/format.h>

#include <cstring>
#include <numeric>

namespace transept::workbench {
namespace {

const story::Program &programOf(const story::Story &story, const std::string &name,
                                const std::string &level) {
  for (const story::Program &program : story.programs)
    if (program.name == name && program.level == level)
      return program;
  throw InputError(fmt::format("the story of this library has no program {} for {}", name, level));
}

/// The values of one program, launch by launch.
class ProgramTrace {
public:
  explicit ProgramTrace(const story::Program &program) : program(program) {
    std::map<std::string, int> uses;
    for (const story::Launch &launch : program.launches) {
      firstValues.push_back(values.size());
      for (uint32_t number : launch.writes) {
        const story::Buffer &buffer = program.buffers[number];
        int before = uses[buffer.name]++;
        values.push_back({before == 0 ? buffer.name : fmt::format("{}#{}", buffer.name, before + 1),
                          buffer.width});
      }
    }
  }

  void add(const Observation &observation) {
    size_t value = firstValues.at(observation.launch);
    for (uint32_t number : program.launches[observation.launch].writes) {
      const story::Buffer &buffer = program.buffers[number];
      std::vector<float> &rows = values[value++].rows;
      for (uint64_t row = 0, count = observation.sequenceRows(); row < count; ++row) {
        const float *numbers = observation.rowOf(uint64_t(buffer.offset), uint64_t(buffer.stride),
                                                 row, uint64_t(program.spare_rows));
        rows.insert(rows.end(), numbers, numbers + buffer.width);
      }
    }
  }

  std::vector<TracedValue> take() { return std::move(values); }

private:
  const story::Program &program;
  std::vector<TracedValue> values;
  std::vector<size_t> firstValues; // of each launch, among the values
};

std::string joined(const std::vector<Id> &ids) {
  return fmt::format("{}", fmt::join(ids, " "));
}

/// Whether it gives rows of numbers for target ids, in place of logits.
bool givesNumbers(const Model &model) {
  return model.targetVocabularySize() != 0 && model.table().target_state_width != 0;
}

/// What teacher forcing takes to give what greedy search gave: nothing follows the last token. A
/// classifier's target is its source, more or less; a forecast's is one id.
std::vector<Id> greedyTarget(const Model &model, const Source &source) {
  if (givesNumbers(model))
    return {model.table().forecaster ? model.table().forecaster->start_id : 0};
  if (!model.labels().empty())
    return {source.ids().begin(), source.ids().end()};
  std::vector<Id> target = model.generate(source).ids();
  if (target.size() > 1)
    target.pop_back();
  return target;
}

/// What leaves the programs, beside the values in their buffers.
class ResultTrace {
public:
  ResultTrace(const Model &model, const story::Program &decode)
      : model(model), decode(decode), layers(model.crossAttentionCount()),
        encoderStates{.name = "encoder_states", .width = int64_t(model.hiddenSize())},
        targetStates{.name = "target_states", .width = 1}, logits{.name = "logits", .width = 1} {
    std::iota(layers.begin(), layers.end(), size_t(0));
  }

  void addSource(const Source &source) {
    if (model.hiddenSize() != 0)
      append(encoderStates, source.states());
    ++inputs;
  }

  void addTransformed(const Source &source, const TraceInput &input) {
    Transformed result = model.transform(source, input.targetFeatures, layers);
    targetStates.width = int64_t(result.states.width);
    append(targetStates, result.states.values);
    addAttention(result.attention);
  }

  void addTokens(const Source &source, const std::vector<Id> &target, const Rows &scores,
                 const std::vector<Id> &suppressed) {
    bool areNumbers = givesNumbers(model);
    TracedValue &given = areNumbers ? targetStates : logits;
    given.width = int64_t(scores.width);
    int64_t firstRow = given.rowCount();
    append(given, scores.values);
    if (!layers.empty())
      addAttention(model.crossAttention(source, target, layers));
    if (areNumbers || !model.labels().empty())
      return; // it searches for nothing
    for (SearchedRow &row : recordSearch(model, decode, source, target, suppressed, firstRow))
      searched.push_back(std::move(row));
  }

  void moveTo(Trace &trace, std::vector<TracedValue> encoded, std::vector<TracedValue> decoded) {
    trace.values = std::move(encoded);
    trace.values.push_back(std::move(encoderStates));
    std::ranges::move(decoded, std::back_inserter(trace.values));
    std::ranges::move(attention, std::back_inserter(trace.values));
    trace.values.push_back(std::move(targetStates));
    trace.values.push_back(std::move(logits));
    TracedValue sums{.name = "log_sum_exp", .width = 1}, best{.name = "best_logits"};
    TracedIds ids{.name = "best_ids"};
    for (const SearchedRow &row : searched) {
      best.width = ids.width = int64_t(row.ids.size());
      sums.rows.push_back(row.logSumExp);
      append(best, row.logits);
      ids.rows.insert(ids.rows.end(), row.ids.begin(), row.ids.end());
    }
    trace.values.push_back(std::move(sums));
    trace.values.push_back(std::move(best));
    if (!ids.rows.empty())
      trace.ids.push_back(std::move(ids));
    trace.searched = std::move(searched);
  }

private:
  static void append(TracedValue &value, std::span<const float> rows) {
    value.rows.insert(value.rows.end(), rows.begin(), rows.end());
  }

  void addAttention(const std::vector<AttentionWeights> &weights) {
    for (size_t layer = 0; layer < weights.size(); ++layer)
      attention.push_back({.name = crossAttentionName(layer, inputs - 1),
                           .width = int64_t(weights[layer].keys),
                           .rows = weights[layer].values});
  }

  const Model &model;
  const story::Program &decode;
  std::vector<size_t> layers;
  TracedValue encoderStates, targetStates, logits;
  std::vector<TracedValue> attention;
  std::vector<SearchedRow> searched;
  size_t inputs = 0;
};

} // namespace

std::string crossAttentionName(size_t number, size_t input) {
  std::string name = fmt::format("cross_attentions.{}", number);
  return input == 0 ? name : fmt::format("{}#{}", name, input + 1);
}

Trace recordTrace(const Model &model, const story::Story &story,
                  const std::vector<TraceInput> &inputs) {
  std::string level = model.level().name;
  ProgramTrace encode(programOf(story, "encode", level)), decode(programOf(story, "decode", level));
  ResultTrace results(model, programOf(story, "decode", level));
  Trace trace;
  std::vector<std::string> sources, targets;
  std::vector<size_t> rowCounts;
  for (const TraceInput &input : inputs) {
    std::optional<Source> source;
    {
      Observer observer(model, [&](const Observation &each) {
        if (each.isEncode)
          encode.add(each);
      });
      source = model.encode({.ids = input.ids, .mask = input.mask, .features = input.features});
    }
    sources.push_back(joined(input.ids));
    rowCounts.push_back(model.hiddenSize() == 0 ? 0 : source->states().size() / model.hiddenSize());
    results.addSource(*source);
    if (model.targetFeatureWidth() != 0) {
      Observer observer(model, [&](const Observation &each) {
        if (!each.isEncode)
          decode.add(each);
      });
      results.addTransformed(*source, input);
    }
    if (model.targetVocabularySize() == 0)
      continue;
    std::vector<Id> target = input.target ? *input.target : greedyTarget(model, *source);
    targets.push_back(joined(target));
    Rows scores;
    {
      Observer observer(model, [&](const Observation &each) {
        if (!each.isEncode)
          decode.add(each);
      });
      scores = model.logits(*source, target);
    }
    results.addTokens(*source, target, scores, input.suppressed);
  }
  results.moveTo(trace, encode.take(), decode.take());
  std::erase_if(trace.values, [](const TracedValue &value) { return value.rows.empty(); });
  Tolerances tolerances = tolerancesOf(model);
  trace.facts = {{"format", "transept-trace"},
                 {"model", story.model},
                 {"weights", tolerances.weights},
                 {"cache", tolerances.caches},
                 {"level", level},
                 {"source_ids", fmt::format("{}", fmt::join(sources, "; "))},
                 {"source_rows", fmt::format("{}", fmt::join(rowCounts, " "))},
                 {"target_ids", fmt::format("{}", fmt::join(targets, "; "))},
                 {"tolerance_of_encoder", fmt::format("{}", tolerances.encoderStates)},
                 {"tolerance_of_decoder", fmt::format("{}", tolerances.targetOutputs)}};
  for (const auto &[reference, name] : hiddenStateNames(story))
    trace.facts.emplace(reference, name);
  return trace;
}

std::map<std::string, std::string> hiddenStateNames(const story::Story &story) {
  std::map<std::string, std::string> names;
  if (story.stages.empty())
    return names;
  for (const char *side : {"encoder", "decoder"}) {
    std::string prefix = std::string(side) + ".";
    // The last value before the layers, of each layer, and of all.
    std::vector<std::string> states;
    int lastLayer = -1;
    bool hasStages = false; // whose layers are counted each by themselves
    std::string last, lastOfLayers;
    for (const story::Operation &operation : story.stages.front().operations) {
      if (!operation.type.ends_with("x f32") || operation.values.empty() ||
          !operation.name.starts_with(prefix))
        continue;
      std::string rest = operation.name.substr(prefix.size());
      hasStages |= rest.starts_with("stages.");
      int layer = lastLayer;
      if (rest.starts_with("layers."))
        layer = std::atoi(rest.c_str() + std::strlen("layers."));
      // The source side of cross-attention is computed after the encoder's layers.
      if (std::string_view(side) == "decoder" && operation.side == "source")
        continue;
      if (layer > lastLayer) {
        states.push_back(last);
        lastLayer = layer;
      }
      last = operation.values.front();
      if (rest.starts_with("layers."))
        lastOfLayers = last;
    }
    // Whether the last recorded state has passed the norm behind the layers differs between
    // encoders: it is this value or the one before (readRecordedStates).
    if (prefix == "encoder." && !last.empty()) {
      names["encoder_last_hidden_state"] = last;
      last = lastOfLayers;
    }
    states.push_back(last);
    for (size_t index = 0; index < states.size() && !hasStages; ++index)
      if (!states[index].empty())
        names[fmt::format("{}_hidden_states.{}", side, index)] = states[index];
  }
  return names;
}

} // namespace transept::workbench
