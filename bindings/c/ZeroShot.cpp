// SPDX-License-Identifier: Apache-2.0
//
// Labels of the caller's own from C: what zero_shot.h does, over the functions of C.

#include "bindings/c/Library.h"

#include "transept/zero_shot.h"

#include <cstdlib>
#include <string>
#include <vector>

using namespace transept::bindings;
using transept::Error;
using transept::ErrorCode;
using transept::ZeroShotOptions;
using transept::detail::OpenLibrary;

namespace {

ZeroShotOptions optionsOf(const transept_zero_shot_options *given) {
  ZeroShotOptions options;
  if (!given)
    return options;
  if (given->hypothesis)
    options.hypothesis = given->hypothesis;
  options.areIndependent = given->are_independent != 0;
  if (given->source_language)
    options.sourceLanguage = given->source_language;
  return options;
}

std::vector<std::string> labelsOf(const char *const *labels, std::size_t count) {
  if (count != 0)
    require(labels, "labels");
  std::vector<std::string> result;
  for (std::size_t index = 0; index < count; ++index) {
    require(labels[index], ("labels[" + std::to_string(index) + "]").c_str());
    result.emplace_back(labels[index]);
  }
  return result;
}

/// What a function of C reports.
void check(const transept_error &error) {
  if (error.status != TRANSEPT_OK)
    throw Error(static_cast<ErrorCode>(error.status), error.text);
}

/// The logits of the model's own labels for a text beside a sentence.
void scorePair(const transept_library *library, const char *text, const std::string &sentence,
               const ZeroShotOptions &options, float *logits) {
  const transept_model_table &table = opened(library).table();
  transept_tokenize_options pair = {};
  pair.structure_size = sizeof pair;
  pair.pair = sentence.c_str();
  pair.maximum_length = std::min(table.maximum_source_length, table.maximum_target_length);
  if (!options.sourceLanguage.empty())
    pair.source_language = options.sourceLanguage.c_str();
  transept_error error;
  std::size_t count = 0;
  const std::unique_ptr<std::int32_t, void (*)(void *)> ids(
      transept_tokenize(library, text, &pair, &count, &error), std::free);
  check(error);
  const std::unique_ptr<transept_encoded, void (*)(transept_encoded *)> source(
      transept_encode(library, ids.get(), count, &error), transept_release_encoded);
  check(error);
  transept_classify(library, source.get(), nullptr, logits, &error);
  check(error);
}

} // namespace

transept_status transept_classify_as(const transept_library *library, const char *text,
                                     const char *const *labels, size_t label_count,
                                     const transept_zero_shot_options *options, float *scores,
                                     float *logits, transept_error *error) {
  return guardedStatus(error, [&] {
    const std::vector<std::string> own = transept::detail::labelsOf(opened(library).table());
    const std::vector<std::string> wanted = labelsOf(labels, label_count);
    const ZeroShotOptions given = optionsOf(options);
    require(text, "text");
    transept::detail::checkZeroShot(own, wanted, given);
    std::vector<float> all(wanted.size() * own.size());
    for (std::size_t index = 0; index < wanted.size(); ++index)
      scorePair(library, text, transept::detail::sentenceAbout(wanted[index], given), given,
                &all[index * own.size()]);
    auto result = transept::detail::zeroShotScores(own, wanted, all, given);
    for (std::size_t index = 0; index < wanted.size(); ++index) {
      if (scores)
        scores[index] = result.labels[index].score;
      if (logits)
        logits[index] = result.labels[index].logit;
    }
  });
}
