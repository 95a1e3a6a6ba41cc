// SPDX-License-Identifier: Apache-2.0
//
// Series of numbers in, quantiles of how they go on out, from C.

#include "bindings/c/Library.h"

using namespace transept::bindings;
using transept::detail::OpenLibrary;

transept_status transept_forecast(const transept_library *library, const float *values,
                                  size_t count, size_t horizon, float *quantiles,
                                  transept_error *error) {
  const uint64_t offsets[] = {0, count};
  return transept_forecast_all(library, values, offsets, 1, horizon, quantiles, error);
}

transept_status transept_forecast_all(const transept_library *library, const float *values,
                                      const uint64_t *offsets, size_t series_count, size_t horizon,
                                      float *quantiles, transept_error *error) {
  return guardedStatus(error, [&] {
    const OpenLibrary &model = opened(library);
    model.call(model.runtime().forecast, model.model(), values, offsets,
               std::uint64_t(series_count), std::uint64_t(horizon), quantiles);
  });
}
