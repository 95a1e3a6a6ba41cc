// SPDX-License-Identifier: Apache-2.0
//
// The generate call: runs the searches of all its sources as one batch that sources join when there
// is room and leave as soon as they are finished.
#ifndef TRANSEPT_RUNTIME_DECODE_GENERATE_H
#define TRANSEPT_RUNTIME_DECODE_GENERATE_H

#include "runtime/decode/Search.h"
#include "runtime/engine/Handles.h"

namespace transept::runtime {

/// The sequences of each source, best first. `options` may be null. Throws Error.
std::vector<std::vector<GeneratedSequence>> generate(Engine &engine,
                                                     std::span<transept_source *const> sources,
                                                     const transept_generation_options *options);

} // namespace transept::runtime

#endif
