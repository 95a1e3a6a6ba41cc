/* SPDX-License-Identifier: Apache-2.0
 *
 * Forecasts in the C ABI: quantiles of how series of numbers go on. A part of abi.h, which includes
 * it.
 */
#ifndef TRANSEPT_FORECAST_ABI_H
#define TRANSEPT_FORECAST_ABI_H

/* Of a model with a forecaster. Series i is values [offsets[i], offsets[i + 1]), oldest first, one
 * or more each, where NaN is a value that is missing. quantiles receives [series_count,
 * quantile_count, horizon] floats; horizon 0 is the forecaster's. Beyond that, each quantile is
 * continued by itself, and the quantiles of all these are given. */
typedef transept_status (*transept_forecast_function)(transept_model *model, const float *values,
                                                      const uint64_t *offsets,
                                                      uint64_t series_count, uint64_t horizon,
                                                      float *quantiles, char **message);

#endif
