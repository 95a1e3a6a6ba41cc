// SPDX-License-Identifier: Apache-2.0
//
// A model that takes sounds or images of one length is measured with that, one that reads a prompt
// behind an image with a short prompt; others with several lengths.

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
  const std::vector<size_t> all = lengths();
  usual = longestUpTo(all[std::min<size_t>(1, all.size() - 1)]);
  many = areFeatures() ? usual : longestUpTo(30);
}

std::span<const transept_counted_column> BenchSources::countedColumns() const {
  return {model.table().counted_columns, model.table().counted_column_count};
}

std::vector<size_t> BenchSources::lengths() const {
  if (size_t count = model.sourceFeatureCount())
    return {count};
  constexpr size_t promptLength = 16;
  for (const transept_counted_column &column : countedColumns())
    if (column.first_row != 0)
      return {column.first_row + promptLength};
  if (model.sourceFeatureWidth() == 1) // samples, of 1 to 30 seconds
    return {16'000, 48'000, 160'000, 480'000};
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
    for (const transept_counted_column &column : countedColumns()) {
      std::uniform_int_distribution<uint32_t> counted(0, column.count - 1);
      for (std::vector<float> &source : sources.features)
        for (size_t row = column.first_row; row < length; ++row)
          source[row * model.sourceFeatureWidth() + column.column] = float(counted(random));
    }
    return sources;
  }
  std::uniform_int_distribution<Id> id(0, Id(model.sourceVocabularySize()) - 1);
  sources.ids.assign(count, std::vector<Id>(length));
  for (std::vector<Id> &source : sources.ids)
    std::ranges::generate(source, [&] { return id(random); });
  return sources;
}

} // namespace transept::workbench
