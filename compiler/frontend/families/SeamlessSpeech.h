// SPDX-License-Identifier: Apache-2.0
//
// The encoders of speech of both versions of SeamlessM4T (Barrault et al. 2023), which are part of
// a checkpoint beside what is of text.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SEAMLESSSPEECH_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SEAMLESSSPEECH_H

#include "compiler/frontend/families/Families.h"

#include <string>

namespace transept::frontend {

/// What all parts of an encoder have in common, and the names of its modules.
struct SeamlessLayers {
  SeamlessLayers(JsonFields &config, int64_t hidden, bool isFirstVersion);

  int64_t hidden = 0, heads = 0, inner = 0;
  bool isFirstVersion = false;
  double epsilon = 1e-5;
  Activation activation = Activation::Silu;
  std::string module = "speech_encoder.", layer = module + "encoder.layers.{layer}.";

  FeedForward feedForward(const std::string &name, Activation kind, const Norm &norm) const;
  /// Of a layer whose names begin with `place`.
  Attention attention(const std::string &place) const;
};

/// speech_encoder, a source of `hidden` numbers, and the tensors that are rightly not used.
Stack seamlessSpeech(JsonFields &config, int64_t hidden, bool isFirstVersion, FamilyResult &result);

/// The convolution of a layer.
RowMixer seamlessMixer(JsonFields &config, const SeamlessLayers &layers, int64_t layerCount,
                       FamilyResult &result);

/// What makes fewer rows of the states of all layers.
Adapter seamlessAdapter(JsonFields &config, const SeamlessLayers &layers);

} // namespace transept::frontend

#endif
