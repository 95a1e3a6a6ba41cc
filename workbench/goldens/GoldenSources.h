// SPDX-License-Identifier: Apache-2.0
//
// The source rows of a golden case, from padded tensors to what a model takes: token ids with their
// mask, frames of sound, patches of images.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GOLDENSOURCES_H
#define TRANSEPT_WORKBENCH_GOLDENS_GOLDENSOURCES_H

#include "workbench/goldens/Goldens.h"

#include "transept/model.h"

namespace transept::workbench {

/// One row of a batch.
struct GoldenSource {
  std::vector<Id> ids;
  std::vector<float> features;
  std::vector<uint8_t> mask; // empty: all kept
  size_t columnCount = 0;    // of the padded tensor of ids

  SourceInput input() const { return {.ids = ids, .mask = mask, .features = features}; }
  /// The columns of an output [rows, columns, ...] that stand for what was encoded, in order.
  /// `positions` are those of the encoder's rows.
  std::vector<size_t> keptColumns(std::span<const int32_t> positions) const;
};

/// Reads input_ids, input_features, input_values or pixel_values, or an image in pixel_values with
/// a prompt in input_ids, with attention_mask if there is one. Throws InputError if their shapes do
/// not fit the model or each other.
std::vector<GoldenSource> readGoldenSources(const Model &model, const Goldens &goldens,
                                            const GoldenCase &golden);

} // namespace transept::workbench

#endif
