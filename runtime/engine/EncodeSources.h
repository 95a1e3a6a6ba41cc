// SPDX-License-Identifier: Apache-2.0
//
// Encoding of a batch of sources: check, pack, look up in the cache, run what is missing.
#ifndef TRANSEPT_RUNTIME_ENGINE_ENCODESOURCES_H
#define TRANSEPT_RUNTIME_ENGINE_ENCODESOURCES_H

#include "runtime/base/StopRequest.h"
#include "runtime/engine/Handles.h"

#include <span>
#include <vector>

namespace transept::runtime {

/// A source as it was given, checked and packed.
struct GivenSource {
  PackedSource packed;
  std::vector<std::int32_t> ids; // masked ones included
};

/// Checks all inputs. Throws Error that names the input.
std::vector<GivenSource> packSources(const transept_model_table &table,
                                     std::span<const transept_source_input> inputs);

/// One reference for each source, in order. Throws Error and leaves the cache as if it had not been
/// called (but for sources that had been encoded completely), also where `stop` is made.
std::vector<SourceReference> encodeSources(const std::shared_ptr<Engine> &engine,
                                           std::vector<GivenSource> &&sources,
                                           const StopRequest &stop = {});

} // namespace transept::runtime

#endif
