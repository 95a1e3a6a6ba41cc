// SPDX-License-Identifier: Apache-2.0
//
// Encoding of a batch of sources: check, pack, look up in the cache, run what is missing.
#ifndef TRANSEPT_RUNTIME_ENGINE_ENCODESOURCES_H
#define TRANSEPT_RUNTIME_ENGINE_ENCODESOURCES_H

#include "runtime/base/StopRequest.h"
#include "runtime/engine/Handles.h"

#include <span>

namespace transept::runtime {

/// One reference for each input, in order. Throws Error and leaves the cache as if it had not been
/// called (but for sources that had been encoded completely), also where `stop` is made.
std::vector<SourceReference> encodeSources(const std::shared_ptr<Engine> &engine,
                                           std::span<const transept_source_input> inputs,
                                           const StopRequest &stop = {});

} // namespace transept::runtime

#endif
