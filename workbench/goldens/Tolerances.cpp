// SPDX-License-Identifier: Apache-2.0
//
// Rounding errors of products, and how they add up from product to product.

#include "workbench/goldens/Tolerances.h"
#include "base/Error.h"

#include "base/Json.h"
#include "base/LibraryManifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace transept::workbench {

namespace {

/// Root mean square of the errors of rounding to steps of 1, which are anywhere within half a step.
const double kRoundingError = 1 / std::sqrt(12.0);
/// Largest of a row's numbers over their root mean square: sqrt(2 log n) of n normal numbers.
constexpr double kLargestOfRow = 4, kLargestOfGroup = 3;
/// Errors have a longer tail than numbers, and the largest of both are compared. Up to 2.4 is seen.
constexpr double kTail = 2.5;
/// However much rounding explains: an output of zeros is off by 1 and must fail.
constexpr double kMost = 0.75;

/// Errors of the operands of one product as a share of its result, all as root mean squares. Those
/// of both operands are independent, so their squares add up.
const double kBFloats = std::exp2(-7.5) * kRoundingError * std::sqrt(2.0); // steps: 2^-8 to 2^-7
const double kByte = kLargestOfRow / 127 * kRoundingError;
const double kHalfByte = kLargestOfGroup / 7 * kRoundingError;

double errorOfProduct(const std::string &weights) {
  if (weights == "f32")
    return 0;
  if (weights == "bf16")
    return kBFloats;
  if (weights == "int8")
    return std::hypot(kByte, kByte);
  if (weights == "int4")
    return std::hypot(kHalfByte, kByte);
  throw InputError(fmt::format(
      "the library's weights are {}; tolerances of f32, bf16, int8 and int4 are known", weights));
}

} // namespace

Tolerances tolerancesOf(const Model &model) {
  auto facts = parseJson(model.manifest(), "manifest of the library");
  Tolerances tolerances{.weights = facts.at("weights").get<manifest::Weights>().type,
                        .caches = facts.at("caches").get<manifest::Caches>().type};
  if (tolerances.expectsIds())
    return tolerances;
  // Errors of one product after another have nothing to do with each other, so their squares add
  // up. Residuals and norms only make them smaller. An attention is two products, which keys and
  // values of bf16 go into.
  auto [encode, decode] = facts.at("depth").get<manifest::Depth>();
  auto after = [product = errorOfProduct(tolerances.weights)](double products, double attentions) {
    double error = std::hypot(product * std::sqrt(products), kBFloats * std::sqrt(2 * attentions));
    return std::min(kTail * error, kMost);
  };
  tolerances.encoderStates = after(double(encode.products), double(encode.attentions));
  tolerances.targetOutputs = tolerances.attention = after(
      double(encode.products + decode.products), double(encode.attentions + decode.attentions));
  return tolerances;
}

} // namespace transept::workbench
