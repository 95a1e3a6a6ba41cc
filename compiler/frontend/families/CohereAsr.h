// SPDX-License-Identifier: Apache-2.0
//
// The decoder of Cohere's model of speech, which Canary's class has as well.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_COHEREASR_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_COHEREASR_H

#include "compiler/frontend/families/Families.h"

#include <functional>
#include <string>

namespace transept::frontend {

struct CohereDecoderTraits {
  /// Where the file does not say: null for as many as heads, and hidden size / heads.
  std::optional<int64_t> keyHeads = {}, headDim = {};
  /// From the class's name of a module, "decoder.norm", to the stored one.
  std::function<std::string(const std::string &)> stored;
};

/// All but the words, the positions and what comes of the source. Reads the fields of `config` that
/// are the decoder's.
Stack cohereDecoder(JsonFields &config, const CohereDecoderTraits &traits);

/// NeMo's name of a tensor or module of the class, both without "model.".
std::string nameOfNemo(std::string name);

} // namespace transept::frontend

#endif
