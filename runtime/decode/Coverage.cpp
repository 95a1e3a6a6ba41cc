// SPDX-License-Identifier: Apache-2.0
//
// One pass over all tokens of a result gives its attention.

#include "runtime/decode/Coverage.h"

#include "runtime/decode/CrossAttention.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {
namespace {

/// The sum of log(min(1, attention)) over the source, of all steps and averaged over the heads. The
/// last id was chosen by the step before it.
double coverageOf(Engine &engine, transept_source *source, std::span<const std::int32_t> ids) {
  const std::size_t layer = engine.table.cross_attention_count - 1;
  std::span<const std::int32_t> fed = ids.first(ids.size() - 1);
  std::size_t heads = std::size_t(crossAttentionHeads(engine.table, layer));
  std::size_t keys = source->lease->length();
  std::vector<float> weights(std::max<std::size_t>(1, heads * fed.size() * keys));
  std::vector<float *> wanted(layer + 1, nullptr);
  wanted[layer] = weights.data();
  crossAttention(engine, {&source, 1}, {&fed, 1}, wanted);
  double sum = 0;
  for (std::size_t key = 0; key != keys; ++key) {
    double attention = 0;
    for (std::size_t row = 0; row != heads * fed.size(); ++row)
      attention += double(weights[row * keys + key]) / double(heads);
    if (attention > 0)
      sum += std::log(std::min(1.0, attention));
  }
  return sum;
}

} // namespace

void rankByCoverage(Engine &engine, const GenerationSettings &settings, transept_source *source,
                    std::vector<GeneratedSequence> &results) {
  for (GeneratedSequence &each : results)
    if (each.ids.size() > 1)
      each.score += float(double(settings.coveragePenalty) * coverageOf(engine, source, each.ids));
  std::ranges::stable_sort(results, std::greater<>(), &GeneratedSequence::score);
  results.resize(std::min(results.size(), std::size_t(settings.returnCount)));
}

} // namespace transept::runtime
