// SPDX-License-Identifier: Apache-2.0
//
// Models of whole targets on padded arrays, as most programs keep them: packs what is not padding,
// transforms it, and puts results back where they belong.
#ifndef TRANSEPT_PADDED_H
#define TRANSEPT_PADDED_H

#include "transept/model.h"

namespace transept {

/// A batch of targets and sources, each padded to one number of rows. All may be 0.
struct PaddedShape {
  std::size_t batch = 0, targetRows = 0, sourceRows = 0;
};

/// targets [batch, targetRows, targetFeatureWidth()], sources [batch, sourceRows,
/// sourceFeatureWidth()]; mask [batch, sourceRows] is true where a source row is padding (which
/// need not be at the end), or null. states receives [batch, targetRows, targetStateWidth()].
/// weights is null, or receives the first attention weights that the model returns, [batch, heads,
/// targetRows, sourceRows]; 1 head if the model averages them. They are 0 at padding, and
/// everywhere for a source that is nothing but padding. Throws Error.
inline void transformPadded(const Model &model, const PaddedShape &shape, const float *targets,
                            const float *sources, const bool *mask, float *states, float *weights) {
  const std::size_t sourceWidth = model.sourceFeatureWidth();
  const std::size_t targetWidth = model.targetFeatureWidth();
  if (sourceWidth == 0 || targetWidth == 0)
    throw Error(ErrorCode::Unsupported, "this model reads token ids, not rows of features");
  const transept_model_table &table = model.table();
  const bool wantsWeights = weights && table.returned_attention_count != 0;
  if (weights && !wantsWeights)
    throw Error(ErrorCode::Unsupported, "this model returns no attention weights");
  std::vector<std::size_t> layers;
  if (wantsWeights)
    layers.push_back(table.returned_attention[0].cross_attention);

  std::vector<float> packed;
  std::vector<std::size_t> kept;
  for (std::size_t index = 0; index < shape.batch; ++index) {
    packed.clear();
    kept.clear();
    for (std::size_t row = 0; row < shape.sourceRows; ++row) {
      if (mask && mask[index * shape.sourceRows + row])
        continue;
      kept.push_back(row);
      const float *from = sources + (index * shape.sourceRows + row) * sourceWidth;
      packed.insert(packed.end(), from, from + sourceWidth);
    }
    Source source = model.encodeFeatures(packed);
    std::size_t targetNumbers = shape.targetRows * targetWidth;
    Transformed result =
        model.transform(source, std::span(targets + index * targetNumbers, targetNumbers), layers);
    std::copy(result.states.values.begin(), result.states.values.end(),
              states + index * result.states.values.size());
    if (!wantsWeights)
      continue;
    AttentionWeights attention = table.returned_attention[0].is_averaged
                                     ? result.attention[0].averaged()
                                     : std::move(result.attention[0]);
    std::size_t lines = attention.heads * attention.rows;
    float *to = weights + index * lines * shape.sourceRows;
    std::fill(to, to + lines * shape.sourceRows, 0.0f);
    for (std::size_t line = 0; line < lines; ++line)
      for (std::size_t key = 0; key < attention.keys; ++key)
        to[line * shape.sourceRows + kept[key]] = attention.values[line * attention.keys + key];
  }
}

} // namespace transept

#endif
