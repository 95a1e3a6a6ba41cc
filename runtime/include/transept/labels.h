// SPDX-License-Identifier: Apache-2.0
//
// What a model that classifies sources gives out.
//
//     auto model = transept::Model::open("libreviews.so");
//     std::string opinion = model.classify("It broke after a day.").best().label;
#ifndef TRANSEPT_LABELS_H
#define TRANSEPT_LABELS_H

#include "transept/abi.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace transept {

struct LabelScore {
  std::string label = {};
  /// A probability: of this label among all where one is right (they sum to 1), of each by itself
  /// otherwise. Where the model gives numbers (regression), the logit.
  float score = 0;
  float logit = 0;
};

/// One for each of the model's labels, in its order, never empty.
struct Classification {
  std::vector<LabelScore> labels = {};

  /// The one with the highest score, the first of equals.
  const LabelScore &best() const & {
    return *std::ranges::max_element(labels, {}, &LabelScore::score);
  }
  LabelScore best() && { return static_cast<const Classification &>(*this).best(); }
};

namespace detail {

inline std::vector<std::string> labelsOf(const transept_model_table &table) {
  std::vector<std::string> labels;
  if (table.classifier)
    labels.assign(table.classifier->labels,
                  table.classifier->labels + table.classifier->label_count);
  return labels;
}

/// Of [sources, labels] numbers.
inline std::vector<Classification> classificationsOf(const transept_model_table &table,
                                                     std::span<const float> logits,
                                                     std::span<const float> scores) {
  std::vector<std::string> labels = labelsOf(table);
  std::vector<Classification> result(labels.empty() ? 0 : logits.size() / labels.size());
  for (std::size_t index = 0; index < logits.size(); ++index)
    result[index / labels.size()].labels.push_back(
        {labels[index % labels.size()], scores[index], logits[index]});
  return result;
}

} // namespace detail

} // namespace transept

#endif
