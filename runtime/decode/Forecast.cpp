// SPDX-License-Identifier: Apache-2.0
//
// After chronos-forecasting 2, whose arithmetic on series is in f32; sums are in double here.

#include "runtime/decode/Forecast.h"

#include "runtime/base/Messages.h"
#include "runtime/base/Sizes.h"
#include "runtime/decode/FeedSequences.h"
#include "runtime/engine/EncodeSources.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

namespace {

/// Blocks cost as many steps as there are quantiles, one after another.
constexpr std::uint64_t mostSteps = 1u << 16;

/// Where the values of a series lie, and how far they spread.
struct Spread {
  float mean = 0, deviation = 1;
};

Spread spreadOf(std::span<const float> values) {
  double sum = 0, squares = 0;
  std::size_t count = 0;
  for (float value : values)
    if (!std::isnan(value)) {
      sum += double(value);
      ++count;
    }
  if (count == 0)
    return {};
  Spread spread{.mean = float(sum / double(count))};
  for (float value : values)
    if (!std::isnan(value)) {
      double difference = double(value) - double(spread.mean);
      squares += difference * difference;
    }
  spread.deviation = float(std::sqrt(squares / double(count)));
  if (spread.deviation == 0)
    spread.deviation = 1e-5f;
  return spread;
}

/// A series as the model reads it.
struct PatchedSeries {
  Spread spread;
  std::vector<float> rows; // [patches, 2 * patch length]: values, and 1 for each that is there
  std::vector<std::uint8_t> mask; // [patches] 0: all of it is missing
};

/// The last patch ends with the series; what lies before the series is missing.
PatchedSeries patchesOf(const transept_forecaster &forecaster, std::span<const float> values) {
  std::size_t length = forecaster.patch_length, count = (values.size() + length - 1) / length;
  PatchedSeries patched{.spread = spreadOf(values), .rows = {}, .mask = {}};
  patched.rows.resize(multiplySizes(count, 2 * length));
  patched.mask.resize(count);
  std::size_t before = count * length - values.size();
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (std::isnan(values[index]))
      continue;
    std::size_t patch = (before + index) / length, column = (before + index) % length;
    float *row = patched.rows.data() + patch * 2 * length;
    row[column] = (values[index] - patched.spread.mean) / patched.spread.deviation;
    row[length + column] = 1;
    patched.mask[patch] = 1;
  }
  return patched;
}

/// Writes [series, quantiles, the forecaster's horizon] numbers.
void forecastBlock(const std::shared_ptr<Engine> &engine,
                   std::span<const std::span<const float>> series, float *quantiles) {
  const transept_forecaster &forecaster = *engine->table.forecaster;
  std::vector<PatchedSeries> patched;
  std::vector<transept_source_input> inputs;
  patched.reserve(series.size());
  for (std::span<const float> values : series) {
    const PatchedSeries &own = patched.emplace_back(patchesOf(forecaster, values));
    transept_source_input input{};
    input.features = own.rows.data();
    input.length = own.mask.size();
    input.mask = own.mask.data();
    inputs.push_back(input);
  }
  std::vector<SourceReference> sources = encodeSources(engine, packSources(engine->table, inputs));
  const std::int32_t start = forecaster.start_id;
  std::vector<SelfCache> caches;
  std::vector<FedSequence> fed;
  caches.reserve(sources.size());
  for (const SourceReference &source : sources) {
    caches.emplace_back(engine->pages);
    fed.push_back({&*source->lease, &caches.back(), {&start, 1}, /*isTemporary=*/true});
  }
  feedSequences(*engine, fed, LogitRows::Last, quantiles);
  std::size_t width = logitsWidth(engine->table);
  for (std::size_t index = 0; index < series.size(); ++index) {
    Spread spread = patched[index].spread;
    for (float &number : std::span(quantiles + index * width, width))
      number = number * spread.deviation + spread.mean;
  }
}

/// The number below which `share` of the sorted numbers lie, between the two nearest ones.
float quantileOf(std::span<const float> sorted, float share) {
  float rank = share * float(sorted.size() - 1);
  auto below = std::min(std::size_t(rank), sorted.size() - 1);
  std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], rank - float(below));
}

/// How a series goes on behind what is known of it.
class Continuation {
public:
  Continuation(const transept_forecaster &forecaster, std::span<const float> values)
      : forecaster(forecaster), paths(forecaster.quantile_count, {values.begin(), values.end()}) {}

  /// Continues each path by a quantile of a block [quantiles, horizon].
  void append(std::span<const float> block) {
    for (std::size_t index = 0; index < paths.size(); ++index) {
      std::vector<float> &path = paths[index];
      auto from = block.begin() + std::ptrdiff_t(index * forecaster.horizon);
      path.insert(path.end(), from, from + forecaster.horizon);
      if (path.size() > forecaster.context_length)
        path.erase(path.begin(), path.end() - std::ptrdiff_t(forecaster.context_length));
    }
  }

  /// The next block, of what all paths go on with: [paths, quantiles, horizon].
  std::vector<float> reduce(std::span<const float> outcomes) const {
    std::size_t steps = forecaster.horizon, count = paths.size() * paths.size();
    std::vector<float> block(paths.size() * steps), sorted(count);
    for (std::size_t step = 0; step < steps; ++step) {
      for (std::size_t outcome = 0; outcome < count; ++outcome)
        sorted[outcome] = outcomes[outcome * steps + step];
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t index = 0; index < paths.size(); ++index)
        block[index * steps + step] = quantileOf(sorted, forecaster.quantiles[index]);
    }
    return block;
  }

  const transept_forecaster &forecaster;
  std::vector<std::vector<float>> paths;
};

void checkValues(std::span<const std::span<const float>> series) {
  for (std::size_t index = 0; index < series.size(); ++index)
    for (std::size_t step = 0; step < series[index].size(); ++step)
      if (std::isinf(series[index][step]))
        failArgument("series[" + text(index) + "][" + text(step) + "]", series[index][step],
                     "a finite number, or NaN for one that is missing");
}

} // namespace

void forecast(const std::shared_ptr<Engine> &engine, std::span<const std::span<const float>> series,
              std::uint64_t horizon, float *quantiles) {
  const transept_forecaster &forecaster = *engine->table.forecaster;
  std::uint64_t own = forecaster.horizon, count = forecaster.quantile_count;
  if (horizon == 0)
    horizon = own;
  if (horizon > mostSteps)
    failArgument("horizon", horizon, rangeText(1, mostSteps));
  checkValues(series);
  std::vector<std::span<const float>> last;
  for (std::span<const float> values : series)
    last.push_back(values.last(std::min<std::uint64_t>(values.size(), forecaster.context_length)));
  std::vector<float> blocks(multiplySizes(series.size(), multiplySizes(count, own)));
  forecastBlock(engine, last, blocks.data());
  std::vector<Continuation> continuations;
  for (std::uint64_t done = 0;; done += own) {
    std::uint64_t steps = std::min(own, horizon - done);
    for (std::size_t line = 0; line < series.size() * count; ++line)
      std::copy_n(blocks.data() + line * own, steps, quantiles + line * horizon + done);
    if (done + steps == horizon)
      return;
    for (std::size_t index = 0; index < series.size(); ++index) {
      if (done == 0)
        continuations.emplace_back(forecaster, last[index]);
      continuations[index].append({blocks.data() + index * count * own, count * own});
      std::vector<std::span<const float>> paths(continuations[index].paths.begin(),
                                                continuations[index].paths.end());
      std::vector<float> outcomes(multiplySizes(count * own, count));
      forecastBlock(engine, paths, outcomes.data());
      std::ranges::copy(continuations[index].reduce(outcomes),
                        blocks.begin() + std::ptrdiff_t(index * count * own));
    }
  }
}

} // namespace transept::runtime
