// SPDX-License-Identifier: Apache-2.0
//
// The fields of the T5 family's configurations that its layers are made from.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_T5FIELDS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_T5FIELDS_H

#include "compiler/frontend/families/Families.h"

namespace transept::frontend {

/// Where a field is absent, by the class of the model type.
struct T5Defaults {
  int64_t vocabulary, feedForward, layers, heads;
  const char *projection;
  bool isTied;
  std::optional<int64_t> decoderStartId;
  /// Whether the class of transformers 5 ever scales the states before a tied head.
  bool isScaledInVersion5;
};
const T5Defaults &t5Defaults(std::string_view modelType);

struct T5Fields {
  int64_t hidden = 0, headDim = 0, heads = 0, width = 0, vocabulary = 0, buckets = 0, distance = 0;
  int64_t layers = 0, targetLayers = 0;
  double epsilon = 0.0;
  std::optional<int64_t> reach = {}, blockSize = {}; // of the encoder's attention
  bool isGated = false, hasBiasInAllLayers = false;
  Activation activation = Activation::Relu;
};
T5Fields readT5Fields(FamilyInput &input);

/// The layers of one side, "encoder" or "decoder", whose tensors' names begin with `prefix`.
Stack t5Stack(const T5Fields &fields, const std::string &prefix, const std::string &side);

} // namespace transept::frontend

#endif
