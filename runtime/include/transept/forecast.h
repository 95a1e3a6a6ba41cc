// SPDX-License-Identifier: Apache-2.0
//
// Forecasts of the C++ API: what a model says of how a series of numbers goes on.
//
//     std::vector<float> sales = ...;                          // oldest first, NaN: missing
//     transept::Forecast next = model.forecast(sales, 24);
//     float likely = next.at(0.5f, 0), most = next.at(0.9f, 0); // of the next step
#ifndef TRANSEPT_FORECAST_H
#define TRANSEPT_FORECAST_H

#include "transept/detail/OpenLibrary.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace transept {

/// How a series goes on: for each step the numbers below which given shares of outcomes lie.
struct Forecast {
  std::vector<float> quantiles; // the shares, rising
  std::size_t horizon = 0;      // steps
  std::vector<float> values;    // [quantiles, horizon]

  /// The steps of quantile number `index`.
  std::span<const float> row(std::size_t index) const {
    return std::span(values).subspan(index * horizon, horizon);
  }
  /// The number below which the given share of outcomes lies, 0 being the first step. Throws Error
  /// for a share that is none of `quantiles`, and for a step that is not forecast.
  float at(float quantile, std::size_t step) const {
    auto found = std::find(quantiles.begin(), quantiles.end(), quantile);
    if (found == quantiles.end())
      throw Error(ErrorCode::InvalidArgument,
                  "quantile is " + std::to_string(quantile) + ", but must be one of" + listed());
    if (step >= horizon)
      throw Error(ErrorCode::InvalidArgument, "step is " + std::to_string(step) +
                                                  ", but must be below the horizon, " +
                                                  std::to_string(horizon));
    return row(std::size_t(found - quantiles.begin()))[step];
  }

private:
  std::string listed() const {
    std::string text;
    for (float each : quantiles)
      text += " " + std::to_string(each);
    return text;
  }
};

namespace detail {

inline std::vector<Forecast> forecast(const OpenLibrary &library,
                                      std::span<const std::span<const float>> series,
                                      std::size_t horizon) {
  const transept_forecaster *forecaster = library.table().forecaster;
  if (!forecaster)
    throw Error(ErrorCode::Unsupported, std::string(library.table().name) + " forecasts no series");
  std::vector<float> values;
  std::vector<std::uint64_t> offsets{0};
  for (std::span<const float> each : series) {
    values.insert(values.end(), each.begin(), each.end());
    offsets.push_back(values.size());
  }
  std::vector<float> quantiles(forecaster->quantiles,
                               forecaster->quantiles + forecaster->quantile_count);
  std::size_t steps = horizon == 0 ? forecaster->horizon : horizon;
  // Beyond any horizon that is allowed there is no memory to ask for.
  std::size_t count = steps > (std::size_t(1) << 24) ? 0 : steps * quantiles.size();
  std::vector<float> results(std::max<std::size_t>(1, series.size() * count));
  library.call(library.runtime().forecast, library.model(), values.data(), offsets.data(),
               std::uint64_t(series.size()), std::uint64_t(steps), results.data());
  std::vector<Forecast> forecasts;
  for (std::size_t index = 0; index < series.size(); ++index) {
    auto from = results.begin() + std::ptrdiff_t(index * count);
    Forecast &each = forecasts.emplace_back();
    each.quantiles = quantiles;
    each.horizon = steps;
    each.values.assign(from, from + std::ptrdiff_t(count));
  }
  return forecasts;
}

} // namespace detail

} // namespace transept

#endif
