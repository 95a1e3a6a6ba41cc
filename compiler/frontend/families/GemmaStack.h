// SPDX-License-Identifier: Apache-2.0
//
// One side of a pair of Gemmas: its fields, and the names of its tensors. Gains are stored as what
// they exceed 1 by, norms stand on both sides of a sublayer, and queries and keys are turned by
// their positions, which may be within a window of layers that differ by a pattern.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_GEMMASTACK_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_GEMMASTACK_H

#include "compiler/frontend/families/Parts.h"
#include "compiler/frontend/families/RotaryFields.h"

#include <array>
#include <string_view>

namespace transept::frontend {

/// Of the fields that most families refuse.
constexpr std::array<std::string_view, 6> gemmaFields = {"layer_types",     "num_key_value_heads",
                                                         "rope_parameters", "rope_scaling",
                                                         "rope_theta",      "sliding_window"};

/// What differs between generations.
struct GemmaTraits {
  /// Every so many layers one sees all positions, the last of them; the others see a window.
  int64_t pattern;
  RotaryDefaults all, windowed; // of both kinds of layers
  /// Of the scores; the class of a newer generation has the field and never reads it.
  std::optional<double> softCap;
  std::optional<double> logitsCap;
  bool hasHeadNorms;
  /// The decoder's keys are the source's as well, in place of cross-attention.
  bool isMerged;
  /// The encoder's window is of so many positions together, in place of as many on each side.
  bool isWindowWhole;
};

struct GemmaSide {
  JsonFields &config;
  std::string module;
  int64_t memory = 0; // width of the source states; 0 on the source side
  const GemmaTraits &traits;
};

/// All but the embedding's tensor.
Stack gemmaStack(const GemmaSide &side, FamilyResult &result);

/// A cap that is null is none, while one that is not there is the class's.
std::optional<double> softCapField(JsonFields &config, const std::string &key,
                                   std::optional<double> fallback);

/// The fields of one side; those of `otherwise`, where there are none.
const nlohmann::ordered_json &gemmaSideOf(JsonFields &config, const std::string &key,
                                          const nlohmann::ordered_json &otherwise);

/// Sets the ids that count where generation_config.json does not say them, and what of the side's
/// fields is about generation.
void setGemmaIds(JsonFields &decoder, FamilyResult &result);

} // namespace transept::frontend

#endif
