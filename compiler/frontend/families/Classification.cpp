// SPDX-License-Identifier: Apache-2.0
//
// The labels' names and how their logits become scores, as Hugging Face's text-classification
// pipeline reads them: problem_type, or else a sigmoid of one label and the softmax of several.

#include "compiler/frontend/families/Classification.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr IntegerRange labelRange{1, 65536};

/// id2label has the labels' numbers as keys; without it they have no names.
std::vector<std::string> labelsOf(JsonFields &config, int64_t fallback) {
  std::vector<std::string> labels;
  int64_t count = config.integer("num_labels", fallback, labelRange);
  const auto *names = config.find("id2label");
  if (!names) {
    for (int64_t index = 0; index < count; ++index)
      labels.push_back(fmt::format("LABEL_{}", index));
    return labels;
  }
  std::string where = config.where("id2label");
  if (!names->is_object() || names->empty() || int64_t(names->size()) > labelRange.maximum)
    refuseValue(*names, where, "an object with a name for each label");
  for (size_t index = 0; index < names->size(); ++index) {
    std::string key = std::to_string(index);
    if (!names->contains(key))
      refuseValue(*names, where, fmt::format("the keys \"0\" to \"{}\"", names->size() - 1));
    labels.push_back(toText(names->at(key), fmt::format("{}: {}", where, key)));
  }
  return labels;
}

LabelScores scoresOf(JsonFields &config, size_t labelCount) {
  constexpr const char *single = "single_label_classification";
  constexpr const char *multiple = "multi_label_classification";
  std::string type = config.text("problem_type", labelCount == 1 ? multiple : single);
  if (type == "regression")
    return LabelScores::Identity;
  if (type == multiple || labelCount == 1)
    return LabelScores::Sigmoid;
  if (type != single)
    refuseValue(type, config.where("problem_type"),
                fmt::format("\"regression\", \"{}\" or \"{}\"", single, multiple));
  return LabelScores::Softmax;
}

} // namespace

bool isClassifier(JsonFields &config) {
  return isOfClass(config, "ForSequenceClassification");
}

void describeClassifier(JsonFields &config, const ClassifierTraits &traits, FamilyResult &result) {
  Classifier classifier;
  classifier.labels = labelsOf(config, traits.labelCount);
  classifier.scores = scoresOf(config, classifier.labels.size());
  classifier.endId = config.integer("eos_token_id", traits.endId, idRange);
  classifier.startId = traits.startId;
  auto count = int64_t(classifier.labels.size());
  Description &description = result.description;
  int64_t hidden = description.target.hiddenSize;
  Linear output = linear("classification_head.out_proj", hidden, count);
  description.logits = {.transform =
                            LogitsTransform{linear("classification_head.dense", hidden, hidden),
                                            Activation::Tanh, std::nullopt},
                        .weight = output.weight,
                        .bias = output.bias};
  description.classifier = std::move(classifier);
  // Before the origins of a vocabulary.
  result.shapeOrigins.insert(result.shapeOrigins.begin(),
                             {"logits", fmt::format("{} labels and d_model = {}", count, hidden)});
}

} // namespace transept::frontend
