// SPDX-License-Identifier: Apache-2.0
//
// Sessions with every optimization on, threads that spin between ops (the default), one op at a
// time: what is fastest for one request after another.

#include "benchmarks/models/OnnxSession.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace transept::benchmarks {

const OrtApi &onnx() {
  static const OrtApi *api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  if (!api)
    throw std::runtime_error(fmt::format("ONNX Runtime {} is older than its header, which is of "
                                         "version 1.{}; ONNXRUNTIME_ROOT must hold both of one",
                                         OrtGetApiBase()->GetVersionString(), ORT_API_VERSION));
  return *api;
}

void check(OrtStatus *status) {
  if (!status)
    return;
  std::string message = onnx().GetErrorMessage(status);
  onnx().ReleaseStatus(status);
  throw std::runtime_error("ONNX Runtime: " + message);
}

namespace {

/// All sessions share one pool of threads: the spinning threads of several would disturb each
/// other.
const OrtEnv *environment(unsigned threads) {
  static const Owned<OrtEnv, &OrtApi::ReleaseEnv> owner = [threads] {
    OrtThreadingOptions *options = nullptr;
    check(onnx().CreateThreadingOptions(&options));
    Owned<OrtThreadingOptions, &OrtApi::ReleaseThreadingOptions> pool(options);
    check(onnx().SetGlobalIntraOpNumThreads(options, int(threads)));
    check(onnx().SetGlobalInterOpNumThreads(options, 1));
    check(onnx().SetGlobalSpinControl(options, 1));
    OrtEnv *created = nullptr;
    check(onnx().CreateEnvWithGlobalThreadPools(ORT_LOGGING_LEVEL_ERROR, "transept", options,
                                                &created));
    return Owned<OrtEnv, &OrtApi::ReleaseEnv>(created);
  }();
  return owner.get();
}

} // namespace

OwnedValue viewTensor(void *data, size_t bytes, const std::vector<int64_t> &shape,
                      ONNXTensorElementDataType type) {
  static const Owned<OrtMemoryInfo, &OrtApi::ReleaseMemoryInfo> memory = [] {
    OrtMemoryInfo *created = nullptr;
    check(onnx().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &created));
    return Owned<OrtMemoryInfo, &OrtApi::ReleaseMemoryInfo>(created);
  }();
  OrtValue *value = nullptr;
  check(onnx().CreateTensorWithDataAsOrtValue(memory.get(), data, bytes, shape.data(), shape.size(),
                                              type, &value));
  return OwnedValue(value);
}

OnnxSession::OnnxSession(const std::string &path, unsigned threads) {
  OrtSessionOptions *created = nullptr;
  check(onnx().CreateSessionOptions(&created));
  Owned<OrtSessionOptions, &OrtApi::ReleaseSessionOptions> options(created);
  check(onnx().SetSessionGraphOptimizationLevel(options.get(), ORT_ENABLE_ALL));
  check(onnx().SetSessionExecutionMode(options.get(), ORT_SEQUENTIAL));
  check(onnx().DisablePerSessionThreads(options.get()));
  OrtSession *opened = nullptr;
  check(onnx().CreateSession(environment(threads), path.c_str(), options.get(), &opened));
  session.reset(opened);
  OrtIoBinding *bound = nullptr;
  check(onnx().CreateIoBinding(session.get(), &bound));
  binding.reset(bound);

  OrtAllocator *allocator = nullptr;
  check(onnx().GetAllocatorWithDefaultOptions(&allocator));
  size_t count = 0;
  check(onnx().SessionGetInputCount(session.get(), &count));
  for (size_t index = 0; index < count; ++index) {
    char *name = nullptr;
    check(onnx().SessionGetInputName(session.get(), index, allocator, &name));
    inputNames.emplace_back(name);
    check(onnx().AllocatorFree(allocator, name));
  }
}

void OnnxSession::bindInput(const std::string &name, const OwnedValue &value) {
  check(onnx().BindInput(binding.get(), name.c_str(), value.get()));
}

void OnnxSession::bindOutput(const std::string &name, const OwnedValue &value) {
  check(onnx().BindOutput(binding.get(), name.c_str(), value.get()));
}

void OnnxSession::clearBindings() {
  onnx().ClearBoundInputs(binding.get());
  onnx().ClearBoundOutputs(binding.get());
}

void OnnxSession::run() {
  check(onnx().RunWithBinding(session.get(), nullptr, binding.get()));
}

bool OnnxSession::hasInput(const std::string &name) const {
  return std::ranges::find(inputNames, name) != inputNames.end();
}

std::vector<int64_t> OnnxSession::inputShape(const std::string &name) const {
  auto found = std::ranges::find(inputNames, name);
  if (found == inputNames.end())
    throw std::runtime_error("the ONNX model has no input " + name);
  OrtTypeInfo *created = nullptr;
  check(
      onnx().SessionGetInputTypeInfo(session.get(), size_t(found - inputNames.begin()), &created));
  Owned<OrtTypeInfo, &OrtApi::ReleaseTypeInfo> type(created);
  const OrtTensorTypeAndShapeInfo *tensor = nullptr;
  check(onnx().CastTypeInfoToTensorInfo(type.get(), &tensor));
  size_t rank = 0;
  check(onnx().GetDimensionsCount(tensor, &rank));
  std::vector<int64_t> shape(rank);
  check(onnx().GetDimensions(tensor, shape.data(), rank));
  return shape;
}

} // namespace transept::benchmarks
