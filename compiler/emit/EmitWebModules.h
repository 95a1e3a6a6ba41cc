// SPDX-License-Identifier: Apache-2.0
//
// What a compilation for WebAssembly writes: a module for each level, the weights beside them, and
// a module of JavaScript with its types.

#ifndef TRANSEPT_COMPILER_EMIT_EMITWEBMODULES_H
#define TRANSEPT_COMPILER_EMIT_EMITWEBMODULES_H

#include "compiler/emit/LibraryFiles.h"
#include "compiler/emit/table/ModelTable.h"
#include "compiler/emit/weights/WeightSegment.h"

#include <functional>
#include <string>
#include <vector>

namespace transept::emit {

/// Links `objects`, the code of all levels, into NAME.wasm and NAME-relaxed.wasm and writes
/// NAME.weights by `pack`, NAME.js and NAME.d.ts, where NAME.wasm is the library of `files`; to
/// finish them is left to the caller. Throws InputError with the reason.
void emitWebModules(const ModelFacts &facts, const std::vector<std::string> &objects,
                    const std::function<void(const SegmentWriter &)> &pack, LibraryFiles &files);

} // namespace transept::emit

#endif
