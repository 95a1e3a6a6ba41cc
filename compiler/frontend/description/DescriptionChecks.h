// SPDX-License-Identifier: Apache-2.0
//
// Checks of the parts that descriptions are made of. All throw InputError that names the part
// (`role`), what was found and what is allowed.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONCHECKS_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_DESCRIPTIONCHECKS_H

#include "compiler/frontend/description/Description.h"

#include <string>

namespace transept::frontend {

/// Throws InputError with the sentence unless `holds`; `role` names the part of the description.
void expect(bool holds, const std::string &role, const std::string &sentence);

void checkReference(const checkpoints::TensorReference &reference, const std::string &role);
void checkLinear(const Linear &linear, const std::string &role, int64_t inputs, int64_t outputs);
/// Of any kind.
void checkAnyNorm(const Norm &norm, const std::string &role);
/// Of rows, each by itself.
void checkNorm(const Norm &norm, const std::string &role);
/// Of rows of `channels` numbers.
void checkConvolution(const Convolution &convolution, const std::string &role, int64_t channels);
/// What makes rows of `hidden` numbers.
void checkFeatures(const Features &features, const std::string &role, int64_t hidden);
void checkFeedForward(const FeedForward &feedForward, const std::string &role, int64_t hidden);
/// Of a stack that has some; what the stack may have without them, too.
void checkSublayers(const Stack &stack, const std::string &role);
void checkForecaster(const Forecaster &forecaster, const Description &description);

/// `memory`: numbers in a row of what keys and values read.
void checkAttention(const Attention &attention, const std::string &role, int64_t hidden,
                    int64_t memory);
/// Where `grid` is that of the rows.
void checkTiles(const Attention &attention, const std::optional<Grid> &grid,
                const std::string &role);
void checkSoftCap(const std::optional<double> &softCap, const std::string &role);
/// A sublayer's norm behind it is there exactly where norms stand on both sides.
void checkPostNorm(const std::optional<Norm> &norm, NormPlacement placement,
                   const std::string &role);

} // namespace transept::frontend

#endif
