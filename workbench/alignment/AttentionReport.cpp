// SPDX-License-Identifier: Apache-2.0
//
// The row that predicted a token is the one of the token before it.

#include "workbench/alignment/AttentionReport.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace transept::workbench {

namespace {

using Json = nlohmann::ordered_json;

std::string labelOf(Id id, const text::Tokenizer *tokenizer, bool isSource) {
  if (!tokenizer)
    return std::to_string(id);
  std::string text =
      tokenizer->decode(std::span(&id, 1),
                        {.skipSpecialTokens = false, .cleanUpSpaces = false, .isSource = isSource});
  return text.empty() ? " " : text;
}

std::vector<std::string> sourceLabels(const Model &model, const Source &source,
                                      const text::Tokenizer *tokenizer) {
  std::vector<std::string> labels;
  bool hasIds = model.sourceVocabularySize() != 0;
  for (size_t index = 0; index < source.length(); ++index)
    labels.push_back(hasIds ? labelOf(source.ids()[index], tokenizer, /*isSource=*/true)
                            : std::to_string(index));
  return labels;
}

/// A number that prints with the digits of a float.
double shortest(float value) {
  return std::stod(fmt::format("{}", value));
}

} // namespace

Json AttentionReport::toJson() const {
  Json list = Json::array();
  for (const AttentionMatrix &matrix : matrices) {
    Json rows = Json::array();
    for (size_t row = 0; row < targetTokens.size(); ++row) {
      Json weights = Json::array();
      for (size_t key = 0; key < sourceTokens.size(); ++key)
        weights.push_back(shortest(matrix.weights[row * sourceTokens.size() + key]));
      rows.push_back(std::move(weights));
    }
    Json head = matrix.head ? Json(*matrix.head) : Json("mean");
    list.push_back({{"layer", matrix.layer}, {"head", head}, {"weights", std::move(rows)}});
  }
  return {{"source_tokens", sourceTokens}, {"target_tokens", targetTokens}, {"matrices", list}};
}

AlignmentPlot AttentionReport::toPlot() const {
  AlignmentPlot plot{.caption = {},
                     .sourceTokens = sourceTokens,
                     .targetTokens = targetTokens,
                     .weights = std::vector<float>(sourceTokens.size() * targetTokens.size())};
  std::vector<size_t> layers, heads;
  for (const AttentionMatrix &matrix : matrices) {
    for (size_t index = 0; index < plot.weights.size(); ++index)
      plot.weights[index] += matrix.weights[index] / float(matrices.size());
    if (layers.empty() || layers.back() != matrix.layer)
      layers.push_back(matrix.layer);
    if (matrix.head && layers.size() == 1)
      heads.push_back(*matrix.head);
  }
  auto name = [](const char *what, const std::vector<size_t> &numbers) {
    return fmt::format("{}{} {}", what, numbers.size() == 1 ? "" : "s", fmt::join(numbers, ", "));
  };
  plot.caption = fmt::format("Cross-attention of decoder {}, {}", name("layer", layers),
                             heads.empty() ? "mean of all heads" : name("head", heads));
  return plot;
}

AttentionReport reportAttention(const Model &model, const Source &source, const Sequence &sequence,
                                size_t given, const AttentionChoice &choice,
                                const text::Tokenizer *tokenizer) {
  AttentionReport report;
  report.sourceTokens = sourceLabels(model, source, tokenizer);
  given = std::clamp<size_t>(given, 1, sequence.ids.size());
  for (Id id : std::span(sequence.ids).subspan(given))
    report.targetTokens.push_back(labelOf(id, tokenizer, /*isSource=*/false));
  std::span<const Id> fed = std::span(sequence.ids).first(sequence.ids.size() - 1);
  std::vector<AttentionWeights> all(choice.layers.size());
  if (!report.targetTokens.empty())
    all = model.crossAttention(source, fed, choice.layers);
  for (size_t index = 0; index < all.size(); ++index) {
    auto add = [&](const AttentionWeights &weights, size_t head, std::optional<size_t> shown) {
      AttentionMatrix &matrix = report.matrices.emplace_back(choice.layers[index], shown);
      for (size_t row = given - 1; row < weights.rows; ++row) {
        std::span<const float> keys = weights(head, row);
        matrix.weights.insert(matrix.weights.end(), keys.begin(), keys.end());
      }
    };
    if (choice.heads.empty())
      add(all[index].averaged(), 0, std::nullopt);
    for (size_t head : choice.heads)
      add(all[index], head, head);
  }
  return report;
}

} // namespace transept::workbench
