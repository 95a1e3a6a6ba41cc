// SPDX-License-Identifier: Apache-2.0
//
// Stands in for ONNX Runtime where ONNXRUNTIME_ROOT named none when this was configured.

#include "benchmarks/models/Contender.h"

#include <stdexcept>

namespace transept::benchmarks {

std::unique_ptr<Contender> openOnnxRuntime(const OnnxFiles &files, unsigned) {
  throw std::runtime_error("cannot open " + files.encoder +
                           ": this program was built without ONNX Runtime's C API, which "
                           "-DONNXRUNTIME_ROOT=DIRECTORY adds");
}

} // namespace transept::benchmarks
