// SPDX-License-Identifier: Apache-2.0
//
// Stands in for ONNX Runtime where ONNXRUNTIME_ROOT named none when this was configured.

#include "benchmarks/models/Contender.h"

#include <stdexcept>

namespace transept::benchmarks {

std::unique_ptr<Contender> openOnnxRuntime(const ContenderOptions &options) {
  throw std::runtime_error("cannot open " + options.path +
                           ": this program was built without ONNX Runtime, which "
                           "-DONNXRUNTIME_ROOT=DIRECTORY adds");
}

std::string onnxRuntimeVersion() {
  return "";
}

} // namespace transept::benchmarks
