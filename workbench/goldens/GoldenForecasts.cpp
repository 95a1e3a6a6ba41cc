// SPDX-License-Identifier: Apache-2.0
//
// What is forecast may be off by a share of how far it spreads, wherever it lies.

#include "workbench/goldens/GoldenForecasts.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace transept::workbench {

namespace {

std::vector<float> valuesOf(const std::vector<Forecast> &forecasts) {
  std::vector<float> values;
  for (const Forecast &each : forecasts)
    values.insert(values.end(), each.values.begin(), each.values.end());
  return values;
}

/// Of one series. Its place and its scale are of f32, and so is what is computed with them.
Comparison compareSpread(std::span<const float> expected, std::span<const float> actual,
                         double tolerance) {
  auto [least, most] = std::ranges::minmax(expected);
  std::vector<float> wanted, given;
  for (size_t index = 0; index < expected.size(); ++index) {
    wanted.push_back(float(double(expected[index]) - double(least)));
    given.push_back(float(double(actual[index]) - double(least)));
  }
  Comparison comparison = compareTensors("quantiles", wanted, given, tolerance);
  constexpr double kRoundings = 4 * 0x1p-24;
  comparison.tolerance += kRoundings * std::max(std::fabs(double(least)), std::fabs(double(most)));
  return comparison;
}

} // namespace

void checkForecast(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                   const Tolerances &tolerances, CaseResult &result) {
  auto context = golden.inputs.find("context"), quantiles = golden.outputs.find("quantiles");
  if (golden.inputs.size() != 1 || context == golden.inputs.end() ||
      quantiles == golden.outputs.end())
    throw InputError("expects the input context and the output quantiles");
  FloatTensor given = goldens.floats(context->second);
  FloatTensor expected = goldens.floats(quantiles->second);
  if (given.shape.size() != 2 || expected.shape.size() != 3 || given.shape[0] != expected.shape[0])
    throw InputError(fmt::format("context has shape {} and quantiles {}, expected are [series, "
                                 "values] and [series, quantiles, horizon]",
                                 checkpoints::formatShape(given.shape),
                                 checkpoints::formatShape(expected.shape)));
  auto count = size_t(given.shape[0]), length = size_t(given.shape[1]);
  std::vector<std::span<const float>> series;
  for (size_t index = 0; index < count; ++index) {
    std::span<const float> values = std::span(given.values).subspan(index * length, length);
    while (values.size() > 1 && std::isnan(values.front()))
      values = values.subspan(1);
    series.push_back(values);
  }
  auto horizon = size_t(expected.shape[2]);
  std::vector<float> actual = valuesOf(model.forecastBatch(series, horizon));
  size_t each = size_t(expected.shape[1]) * horizon;
  if (actual.size() != expected.values.size())
    throw InputError(fmt::format("quantiles has {} numbers, but the model gives {}",
                                 expected.values.size(), actual.size()));
  result.sameBitsAlone = true;
  for (size_t index = 0; index < count; ++index) {
    std::span<const float> own = std::span(actual).subspan(index * each, each);
    result.comparisons.push_back(compareSpread(
        std::span(expected.values).subspan(index * each, each), own, tolerances.targetOutputs));
    std::vector<float> alone = valuesOf({model.forecast(series[index], horizon)});
    if (std::memcmp(alone.data(), own.data(), each * sizeof(float)) != 0)
      result.sameBitsAlone = false;
  }
  if (!*result.sameBitsAlone)
    result.failure += "a series alone does not give the bits that it has in the batch";
}

} // namespace transept::workbench
