// SPDX-License-Identifier: Apache-2.0
//
// The parts, from names and sizes; and the comparison of stored sinusoids with computed ones.

#include "compiler/frontend/families/Parts.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

double angleOf(PositionKind kind, int64_t position, int64_t wave, int64_t width) {
  double step = kind == PositionKind::SinusoidalHalvesInclusive ? 1.0 / (double(width) / 2.0 - 1.0)
                                                                : 2.0 / double(width);
  return double(position) / std::pow(10000.0, step * double(wave));
}

/// Files hold what float32 made of the angle, whose error grows with the position.
double toleranceOf(int64_t position) {
  return 1e-6 + 2.4e-7 * double(position);
}

/// Rows before the offset belong to padding; `absent` of them are left out.
bool holdsSinusoids(const checkpoints::Checkpoint &checkpoint, const checkpoints::TensorInfo &table,
                    const Positions &computed, int64_t absent) {
  int64_t width = table.columnCount();
  auto row = std::vector<float>(size_t(width));
  for (int64_t position = computed.offset; position < table.rowCount() + absent; ++position) {
    checkpoint.readFloat(table.name, row.data(), position - absent, 1);
    double tolerance = toleranceOf(position);
    for (int64_t wave = 0; wave < width / 2; ++wave) {
      double angle = angleOf(computed.kind, position, wave, width);
      auto sine = size_t(wave), cosine = size_t(width / 2 + wave);
      if (std::abs(row[sine] - std::sin(angle)) > tolerance ||
          std::abs(row[cosine] - std::cos(angle)) > tolerance)
        return false;
    }
  }
  return true;
}

} // namespace

checkpoints::TensorReference tensor(const std::string &name) {
  return {.name = name};
}

Norm layerNorm(const std::string &name, double epsilon) {
  return {.kind = NormKind::Layer,
          .epsilon = epsilon,
          .gain = tensor(name + ".weight"),
          .bias = tensor(name + ".bias")};
}

Norm gainNorm(const std::string &name, double epsilon) {
  return {.kind = NormKind::Layer,
          .epsilon = epsilon,
          .gain = tensor(name + ".weight"),
          .bias = std::nullopt};
}

Linear linear(const std::string &name, int64_t inputs, int64_t outputs) {
  return {tensor(name + ".weight"), tensor(name + ".bias"), inputs, outputs};
}

Linear outputsOf(Linear whole, int64_t begin, int64_t count) {
  whole.outputs = count;
  whole.weight.rowBegin = begin;
  whole.weight.rowCount = count;
  if (whole.bias) {
    whole.bias->rowBegin = begin;
    whole.bias->rowCount = count;
  }
  return whole;
}

Attention attention(const AttentionNames &names, const AttentionShape &shape) {
  Attention result;
  result.headCount = shape.heads;
  result.headDim = shape.headDim != 0 ? shape.headDim : shape.hidden / shape.heads;
  result.scale = 1.0 / std::sqrt(double(result.headDim));
  int64_t width = result.headDim * shape.heads;
  result.query = linear(names.query, shape.hidden, width);
  result.key = linear(names.key, shape.memory, width);
  result.value = linear(names.value, shape.memory, width);
  result.output = linear(names.output, width, shape.hidden);
  result.norm = layerNorm(names.norm, shape.epsilon);
  return result;
}

int64_t layerCountField(JsonFields &config, const std::string &key, int64_t fallback,
                        const std::string &alias) {
  int64_t layers = sizeField(config, key, fallback, alias);
  if (layers > layerRange.maximum)
    refuseValue(layers, config.where(key), "at most 10000 layers");
  return layers;
}

int64_t headCountField(JsonFields &config, const std::string &key, int64_t fallback,
                       const std::string &alias, int64_t hidden, const std::string &hiddenKey) {
  int64_t heads = sizeField(config, key, fallback, alias);
  if (hidden % heads != 0)
    refuseValue(heads, config.where(key), fmt::format("a divisor of {} = {}", hiddenKey, hidden));
  return heads;
}

Positions learnedPositions(const std::string &table, int64_t length, int64_t offset) {
  return {
      .kind = PositionKind::Learned, .length = length, .offset = offset, .table = tensor(table)};
}

Positions sinusoidalPositions(const Positions &computed, const std::string &module, int64_t hidden,
                              const checkpoints::Checkpoint &checkpoint, FamilyResult &result) {
  result.unusedTensors.push_back(module + "._float_tensor"); // remembers a type, and nothing else
  for (std::string name : {module + ".weight", module + ".weights"}) {
    const checkpoints::TensorInfo *table = checkpoint.find(name);
    if (!table)
      continue;
    auto hasShape = [&](int64_t absent) {
      return table->shape ==
             std::vector<int64_t>{computed.length + computed.offset - absent, hidden};
    };
    int64_t absent = hasShape(0) || !hasShape(computed.offset) ? 0 : computed.offset;
    if (!hasShape(absent) || !checkpoints::isWeightType(table->type) ||
        !holdsSinusoids(checkpoint, *table, computed, absent))
      return learnedPositions(name, computed.length, computed.offset - absent);
    result.unusedTensors.push_back(name);
  }
  return computed;
}

Positions sinusoidsAfterPadding(int64_t first, int64_t length, const std::string &module,
                                int64_t hidden, const checkpoints::Checkpoint &checkpoint,
                                FamilyResult &result) {
  Positions positions = sinusoidalPositions({.kind = PositionKind::SinusoidalHalvesInclusive,
                                             .length = length,
                                             .offset = first,
                                             .table = std::nullopt},
                                            module, hidden, checkpoint, result);
  positions.uncountedId = first - 1;
  return positions;
}

std::string modelPrefix(const checkpoints::Checkpoint &checkpoint, const std::string &name) {
  auto first = checkpoint.tensors().lower_bound(name);
  bool isPrefixed = first != checkpoint.tensors().end() && first->first.starts_with(name);
  return isPrefixed ? name : "";
}

void setTargetWords(JsonFields &config, const checkpoints::Checkpoint &checkpoint,
                    FamilyResult &result, const TargetWords &words) {
  bool isTied = config.boolean("tie_word_embeddings", words.isTied) &&
                !(words.isVersion5 && differsFromWords(checkpoint, {words.embedding}, words.head));
  std::vector<std::string> names = {words.embedding}, &unused = result.unusedTensors;
  if (isTied)
    names.push_back(words.head);
  Description &description = result.description;
  std::string embedding = resolveTied(checkpoint, names, "the target's embedding", unused);
  description.target.embedding.weight = tensor(embedding);
  description.target.embedding.vocabularySize = words.vocabulary;
  description.logits.weight = tensor(
      isTied ? embedding
             : resolveTied(checkpoint, {words.head}, "tie_word_embeddings is false", unused));
  std::string origin = fmt::format("{}: vocab_size = {}", config.origin(), words.vocabulary);
  for (const char *role : {"target.embedding.weight", "logits.weight"})
    result.shapeOrigins.push_back({role, origin});
}

int64_t rowAfterPadding(JsonFields &config, const SpecialIdDefaults &defaults) {
  int64_t padding = config.integer("pad_token_id", defaults.paddingId.value_or(0), {0, 1 << 20});
  auto start = config.optionalInteger("decoder_start_token_id", idRange);
  if (start == padding)
    refuseValue(padding, config.where("decoder_start_token_id"),
                fmt::format("a token other than pad_token_id = {}: this model gives padding no "
                            "position",
                            padding));
  return padding + 1;
}

} // namespace transept::frontend
