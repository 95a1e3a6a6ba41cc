// SPDX-License-Identifier: Apache-2.0
//
// The target is the source one id later. What stands behind its last end id changes nothing before
// it, and is not run.

#include "runtime/decode/Classify.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/FeedSequences.h"

#include "transept/detail/Softmax.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

namespace {

std::vector<std::int32_t> targetOf(const transept_classifier &classifier,
                                   std::span<const std::int32_t> source, const std::string &what) {
  auto last = std::find(source.rbegin(), source.rend(), classifier.end_id);
  if (last == source.rend())
    fail(ErrorCode::InvalidArgument, what, " has no id ", classifier.end_id,
         ", but must have this end id, where the labels' scores are read");
  std::vector<std::int32_t> target;
  std::ptrdiff_t before = source.rend() - last - 1;
  target.reserve(std::size_t(before) + 1);
  target.push_back(classifier.start_id < 0 ? source.back() : classifier.start_id);
  target.insert(target.end(), source.begin(), source.begin() + before);
  return target;
}

void scoreLabels(std::uint32_t kind, std::span<const float> logits, float *scores) {
  if (kind == TRANSEPT_SCORES_SOFTMAX)
    return detail::softmax(logits, scores);
  std::transform(logits.begin(), logits.end(), scores, [&](float logit) {
    return kind == TRANSEPT_SCORES_SIGMOID ? float(1 / (1 + std::exp(-double(logit)))) : logit;
  });
}

} // namespace

void classify(Engine &engine, std::span<transept_source *const> sources, float *logits,
              float *scores) {
  const transept_classifier &classifier = *engine.table.classifier;
  std::vector<std::vector<std::int32_t>> targets;
  std::vector<SelfCache> caches;
  std::vector<FedSequence> fed;
  targets.reserve(sources.size());
  caches.reserve(sources.size());
  for (std::size_t index = 0; index < sources.size(); ++index) {
    const EncoderEntry &entry = *sources[index]->lease;
    std::string what = "sources[" + text(index) + "]";
    targets.push_back(targetOf(classifier, entry.source.ids, what));
    checkTargetIds(engine.table, what, targets.back(), 0);
    caches.emplace_back(engine.pages);
    fed.push_back({&entry, &caches.back(), targets.back(), /*isTemporary=*/true});
  }
  feedSequences(engine, fed, LogitRows::Last, logits);
  std::size_t width = classifier.label_count;
  for (std::size_t index = 0; scores && index < sources.size(); ++index)
    scoreLabels(classifier.scores, {logits + index * width, width}, scores + index * width);
}

} // namespace transept::runtime
