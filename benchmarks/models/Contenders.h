// SPDX-License-Identifier: Apache-2.0
//
// Who is measured, as a file in JSON says that `benchmarks/run` writes.

#ifndef TRANSEPT_BENCHMARKS_MODELS_CONTENDERS_H
#define TRANSEPT_BENCHMARKS_MODELS_CONTENDERS_H

#include "benchmarks/models/Workloads.h"

#include <nlohmann/json_fwd.hpp>

namespace transept::benchmarks {

/// Opens what an item of the file names, with `threads`:
///   {"program": "Transept", "type": "int8", "library": "LIB.so"}
///   {"program": "ONNX Runtime", "form": "plain", "type": "f32", "encoder": DIRECTORY,
///    "steps": DIRECTORY}                                     by its C API
///   {"program": NAME, "form": TEXT, "type": TYPE, "command": [PROGRAM, ARGUMENT, ...]}
/// and, in all, "phases": some of "encode", "decode" and "end to end" instead of all. "{threads}"
/// in a command's arguments is their number. Throws std::runtime_error that says why it cannot be
/// opened.
NamedContender openContender(const nlohmann::ordered_json &item, unsigned threads);

} // namespace transept::benchmarks

#endif
