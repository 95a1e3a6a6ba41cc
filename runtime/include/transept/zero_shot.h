// SPDX-License-Identifier: Apache-2.0
//
// Labels of the caller's own, without training: a model that was trained to say whether a sentence
// follows from a text ("entailment") reads the text beside a sentence about each label.
//
//     auto model = transept::Model::open("libmnli.so");
//     std::vector<std::string> topics = {"sport", "politics"};
//     std::string topic = transept::classifyAs(model, text, topics).best().label;
#ifndef TRANSEPT_ZERO_SHOT_H
#define TRANSEPT_ZERO_SHOT_H

#include "transept/detail/Softmax.h"
#include "transept/model.h"

#include <array>
#include <cctype>

namespace transept {

struct ZeroShotOptions {
  /// The sentence; "{}" stands for the label.
  std::string hypothesis = "This example is {}.";
  /// Each label by itself: several may fit, or none. Otherwise one does, and the scores sum to 1.
  bool areIndependent = false;
  /// What text and sentences are in, as TokenizeOptions::sourceLanguage.
  std::string sourceLanguage = {};
};

namespace detail {

/// The number of the label whose name begins with `word`, in any case; that of none is their count.
inline std::size_t labelThatBegins(const std::vector<std::string> &labels, std::string_view word) {
  auto begins = [&](const std::string &label) {
    return label.size() >= word.size() &&
           std::equal(word.begin(), word.end(), label.begin(),
                      [](char left, char right) { return left == std::tolower(right); });
  };
  return std::size_t(std::ranges::find_if(labels, begins) - labels.begin());
}

/// Throws Error where a model whose labels are `own` cannot score `labels` with these options.
inline void checkZeroShot(const std::vector<std::string> &own, std::span<const std::string> labels,
                          const ZeroShotOptions &options) {
  auto fail = [](const std::string &what) { throw Error(ErrorCode::InvalidArgument, what); };
  if (labelThatBegins(own, "entail") == own.size())
    fail("the model has no label that begins with \"entail\", so it cannot compare a text with "
         "labels of your own");
  if (options.areIndependent && labelThatBegins(own, "contradict") == own.size())
    fail("the model has no label that begins with \"contradict\", so labels cannot be independent");
  if (labels.empty())
    fail("labels has 0 labels, but must have 1 or more");
  if (options.hypothesis.find("{}") == std::string::npos)
    fail("hypothesis is \"" + options.hypothesis + "\", but must have {} for the label");
}

inline std::string sentenceAbout(const std::string &label, const ZeroShotOptions &options) {
  std::string hypothesis = options.hypothesis;
  return hypothesis.replace(hypothesis.find("{}"), 2, label);
}

/// From `logits`, [labels.size(), own.size()], to the scores of the labels.
inline Classification zeroShotScores(const std::vector<std::string> &own,
                                     std::span<const std::string> labels,
                                     std::span<const float> logits,
                                     const ZeroShotOptions &options) {
  std::size_t entails = labelThatBegins(own, "entail");
  std::size_t contradicts = labelThatBegins(own, "contradict");
  std::vector<float> entailments, scores(labels.size());
  for (std::size_t index = 0; index < labels.size(); ++index) {
    std::span<const float> each = logits.subspan(index * own.size(), own.size());
    entailments.push_back(each[entails]);
    if (!options.areIndependent)
      continue;
    std::array<float, 2> both{};
    softmax(std::array{each[contradicts], each[entails]}, both.data());
    scores[index] = both.back();
  }
  if (!options.areIndependent)
    softmax(entailments, scores.data());
  Classification result;
  for (std::size_t index = 0; index < labels.size(); ++index)
    result.labels.push_back({labels[index], scores[index], entailments[index]});
  return result;
}

} // namespace detail

/// Throws Error where classifyAs would, whatever the text.
inline void checkZeroShot(const Model &model, std::span<const std::string> labels,
                          const ZeroShotOptions &options) {
  detail::checkZeroShot(model.labels(), labels, options);
}

/// The score of each of `labels` for a text, in their order; their logits are those of entailment.
/// Throws Error where the model knows no entailment, and what classify throws.
inline Classification classifyAs(const Model &model, std::string_view text,
                                 std::span<const std::string> labels,
                                 const ZeroShotOptions &options = {}) {
  checkZeroShot(model, labels, options);
  std::vector<std::vector<Id>> pairs;
  pairs.reserve(labels.size());
  for (const std::string &label : labels)
    pairs.push_back(model.tokenize(
        text, {.sourceLanguage = options.sourceLanguage,
               .maximumLength = std::min(model.maximumSourceLength(), model.maximumTargetLength()),
               .pair = detail::sentenceAbout(label, options)}));
  std::vector<float> logits;
  for (const Classification &each : model.classifyBatch(model.encodeBatch(pairs)))
    for (const LabelScore &label : each.labels)
      logits.push_back(label.logit);
  return detail::zeroShotScores(model.labels(), labels, logits, options);
}

} // namespace transept

#endif
