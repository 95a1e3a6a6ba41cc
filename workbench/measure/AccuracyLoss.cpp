// SPDX-License-Identifier: Apache-2.0
//
// Goes source by source, so that the distributions of one target are in memory, not of all.

#include "workbench/measure/AccuracyLoss.h"
#include "base/Error.h"
#include "workbench/measure/BenchSources.h"
#include "workbench/measure/CalibrationSources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace transept::workbench {

namespace {

// About 400 distributions of a text model. Features are long, so that fewer must do.
constexpr size_t kSources = 16, kSourcesOfFeatures = 4, kTargetLength = 25;

Model openFor(const std::string &library, const std::string &level) {
  return Model::open(library, {.encoderCacheBytes = 0, .level = level});
}

Source encode(const Model &model, const GoldenSource &source) {
  return model.hasSource() ? model.encode(source.input()) : model.noSource();
}

std::vector<GoldenSource> randomSources(const Model &model) {
  BenchSources random(model);
  std::vector<GoldenSource> sources(random.areFeatures() ? kSourcesOfFeatures : kSources);
  for (GoldenSource &source : sources) {
    RandomSources one = random.make(1, random.manyLength());
    if (random.areFeatures())
      source.features = std::move(one.features.front());
    else
      source.ids = std::move(one.ids.front());
  }
  return sources;
}

/// As the model generates by default, its rules included, but greedily and not for long.
std::vector<Id> continuationOf(const Model &model, const Source &source, std::vector<Id> prompt) {
  GenerateOptions options{.beams = 1, .returnCount = 1, .sample = false};
  options.maximumLength = int(std::min(kTargetLength, model.maximumTargetLength()));
  options.minimumLength = 0;
  options.prompt = std::move(prompt);
  std::vector<Id> ids = model.generate(source, options).ids();
  ids.pop_back(); // nothing follows the last one
  return ids;
}

double logSumExp(std::span<const float> logits) {
  double largest = *std::ranges::max_element(logits), sum = 0;
  for (float logit : logits)
    sum += std::exp(double(logit) - largest);
  return largest + std::log(sum);
}

/// sum p log(p / q) of the distributions p of `reference` and q of `candidate`.
double divergence(std::span<const float> reference, std::span<const float> candidate) {
  double all = logSumExp(reference), allOfCandidate = logSumExp(candidate), sum = 0;
  for (size_t id = 0; id < reference.size(); ++id) {
    double logarithm = reference[id] - all;
    if (double probability = std::exp(logarithm); probability != 0)
      sum += probability * (logarithm - (candidate[id] - allOfCandidate));
  }
  return sum;
}

} // namespace

AccuracyLoss::AccuracyLoss(std::string referenceFile, std::string levelName,
                           const std::string &calibration)
    : reference(std::move(referenceFile)), level(std::move(levelName)) {
  Model model = openFor(reference, level);
  if (model.targetVocabularySize() == 0 || model.table().target_state_width != 0 ||
      !model.labels().empty())
    throw InputError(fmt::format(
        "--weights auto compares the probabilities of next tokens, but the model {} generates "
        "none; name a type: f32, bf16, int8, int4",
        model.name()));
  std::vector<GoldenSource> sources(kSources);
  if (!calibration.empty())
    sources = readCalibrationSources(model, calibration).heldOut;
  else if (model.hasSource())
    sources = randomSources(model);
  std::mt19937 random(1);
  std::uniform_int_distribution<Id> anyId(0, Id(model.targetVocabularySize()) - 1);
  for (GoldenSource &source : sources) {
    std::vector<Id> prompt;
    if (!model.hasSource())
      prompt = {anyId(random)};
    Probe probe{std::move(source), {}};
    probe.target = continuationOf(model, encode(model, probe.source), prompt);
    if (!probe.target.empty())
      probes.push_back(std::move(probe));
  }
}

double AccuracyLoss::of(const std::string &library) const {
  Model original = openFor(reference, level), candidate = openFor(library, level);
  double sum = 0;
  size_t count = 0;
  for (const Probe &probe : probes) {
    Rows expected = original.logits(encode(original, probe.source), probe.target);
    Rows found = candidate.logits(encode(candidate, probe.source), probe.target);
    for (size_t row = 0; row != expected.size(); ++row, ++count) {
      double loss = divergence(expected[row], found[row]);
      // Numbers that overflow are no distribution, however many tokens are none of them.
      if (!std::isfinite(loss))
        return std::numeric_limits<double>::infinity();
      sum += loss;
    }
  }
  return sum / double(count);
}

} // namespace transept::workbench
