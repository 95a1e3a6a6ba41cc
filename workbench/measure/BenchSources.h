// SPDX-License-Identifier: Apache-2.0
//
// Random sources for `transept bench`, of the kind and the sizes that a model takes.

#ifndef TRANSEPT_WORKBENCH_MEASURE_BENCHSOURCES_H
#define TRANSEPT_WORKBENCH_MEASURE_BENCHSOURCES_H

#include "transept/model.h"

#include <random>
#include <span>
#include <string>

namespace transept::workbench {

/// Ids, or rows of features.
struct RandomSources {
  std::vector<std::vector<Id>> ids = {};
  std::vector<std::vector<float>> features = {};

  /// Valid as long as this.
  std::vector<SourceInput> inputs() const;
};

/// Lengths count tokens, or rows of features.
class BenchSources {
public:
  explicit BenchSources(const Model &model);

  bool areFeatures() const { return model.sourceFeatureWidth() != 0; }
  /// What encoding alone is measured with.
  std::vector<size_t> lengths() const;
  /// For decode.
  size_t usualLength() const { return usual; }
  /// For end to end, with many sources at once.
  size_t manyLength() const { return many; }
  size_t manyCount() const { return areFeatures() ? 8 : 64; }

  /// Rows of the encoder for a source of so many tokens or rows of features.
  size_t positions(size_t length) const;
  bool fits(size_t length) const { return positions(length) <= model.maximumSourceLength(); }

  RandomSources make(size_t count, size_t length);

private:
  size_t longestUpTo(size_t length) const;
  std::span<const transept_counted_column> countedColumns() const;

  const Model &model;
  size_t usual = 0, many = 0;
  std::mt19937 random{1};
};

} // namespace transept::workbench

#endif
