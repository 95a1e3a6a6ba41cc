// SPDX-License-Identifier: Apache-2.0
//
// Forecasts: series of numbers become rows of features, and one step of the decoder gives the
// quantiles of what follows.
#ifndef TRANSEPT_RUNTIME_DECODE_FORECAST_H
#define TRANSEPT_RUNTIME_DECODE_FORECAST_H

#include "runtime/engine/Handles.h"

#include <memory>
#include <span>
#include <vector>

namespace transept::runtime {

/// Writes [series, quantiles, horizon] numbers; horizon 0 is the model's own. A series has one
/// value or more, the oldest first, and NaN is one that is missing. Throws Error for infinite
/// values, and for a horizon that is too long.
void forecast(const std::shared_ptr<Engine> &engine, std::span<const std::span<const float>> series,
              std::uint64_t horizon, float *quantiles);

} // namespace transept::runtime

#endif
