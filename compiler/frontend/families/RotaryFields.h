// SPDX-License-Identifier: Apache-2.0
//
// How fast rotary positions turn, from the fields of config.json that say so: rope_theta,
// rope_scaling and partial_rotary_factor, or all of them in transformers 5's rope_parameters.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_ROTARYFIELDS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_ROTARYFIELDS_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

#include <array>
#include <string>
#include <string_view>

namespace transept::frontend {

/// The fields that rotaryField reads; most families refuse them.
constexpr std::array<std::string_view, 4> rotaryFieldNames = {
    "partial_rotary_factor", "rope_parameters", "rope_scaling", "rope_theta"};

/// What a configuration class sets, for all layers or those of one type.
struct RotaryDefaults {
  double theta = 10000.0;
  double part = 1.0; // of a head's columns
  double factor = 1.0;
  const char *thetaKey = "rope_theta"; // of older files
  bool isScaled = true;                // by rope_scaling
};

/// The rotary positions of heads of `headDim` columns. Where rope_parameters has an entry for each
/// type of layers, that of `layerType` counts. Throws InputError for a rope_type that is neither
/// "default" nor "linear", for fields of other types, and for an odd number of columns.
Rotary rotaryField(JsonFields &config, int64_t headDim, const RotaryDefaults &defaults = {},
                   const std::string &layerType = "");

} // namespace transept::frontend

#endif
