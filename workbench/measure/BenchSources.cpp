// SPDX-License-Identifier: Apache-2.0
//
// A model that takes sounds or images of one length is measured with that; others with several.

#include "workbench/measure/BenchSources.h"

#include "media/MediaSources.h"

#include <algorithm>

namespace transept::workbench {

std::vector<SourceInput> RandomSources::inputs() const {
  std::vector<SourceInput> inputs;
  for (const std::vector<Id> &source : ids)
    inputs.push_back({.ids = source});
  for (const std::vector<float> &source : features)
    inputs.push_back({.ids = {}, .features = source});
  return inputs;
}

BenchSources::BenchSources(const Model &model) : model(model) {
  usual = longestUpTo(areFeatures() ? 300 : 64);
  many = areFeatures() ? usual : longestUpTo(30);
  if (size_t count = model.sourceFeatureCount())
    usual = many = count;
}

std::vector<size_t> BenchSources::lengths() const {
  if (size_t count = model.sourceFeatureCount())
    return {count};
  if (areFeatures())
    return {100, 300, 1000, 3000};
  return {16, 64, 256, 512};
}

size_t BenchSources::positions(size_t length) const {
  return areFeatures() ? media::encodedRows(model, length) : length;
}

size_t BenchSources::longestUpTo(size_t length) const {
  while (length > 1 && !fits(length))
    --length;
  return length;
}

RandomSources BenchSources::make(size_t count, size_t length) {
  RandomSources sources;
  if (areFeatures()) {
    std::normal_distribution<float> number;
    sources.features.assign(count, std::vector<float>(length * model.sourceFeatureWidth()));
    for (std::vector<float> &source : sources.features)
      std::ranges::generate(source, [&] { return number(random); });
    return sources;
  }
  std::uniform_int_distribution<Id> id(0, Id(model.sourceVocabularySize()) - 1);
  sources.ids.assign(count, std::vector<Id>(length));
  for (std::vector<Id> &source : sources.ids)
    std::ranges::generate(source, [&] { return id(random); });
  return sources;
}

} // namespace transept::workbench
