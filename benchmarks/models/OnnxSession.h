// SPDX-License-Identifier: Apache-2.0
//
// The part of ONNX Runtime's C API that a benchmark needs: sessions, tensors over memory of our own
// and bindings, so that a run neither allocates nor copies what goes in and out.

#ifndef TRANSEPT_BENCHMARKS_MODELS_ONNXSESSION_H
#define TRANSEPT_BENCHMARKS_MODELS_ONNXSESSION_H

#include <cstdint>
#include <memory>
#include <numeric>
#include <onnxruntime_c_api.h>
#include <string>
#include <vector>

namespace transept::benchmarks {

/// ONNX Runtime's functions. Throws std::runtime_error where the library is older than the header.
const OrtApi &onnx();
/// Throws std::runtime_error with the status's message, if there is one.
void check(OrtStatus *status);

template <auto Release> struct ReleaseBy {
  template <typename T> void operator()(T *object) const { (onnx().*Release)(object); }
};
template <typename T, auto Release> using Owned = std::unique_ptr<T, ReleaseBy<Release>>;

using OwnedValue = Owned<OrtValue, &OrtApi::ReleaseValue>;

/// A tensor over bytes that somebody else owns.
OwnedValue viewTensor(void *data, size_t bytes, const std::vector<int64_t> &shape,
                      ONNXTensorElementDataType type);

template <typename T> constexpr ONNXTensorElementDataType elementType() {
  if constexpr (std::is_same_v<T, float>)
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  else if constexpr (std::is_same_v<T, int32_t>)
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
  else
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
}

/// Memory with a tensor over it.
template <typename T> class Tensor {
public:
  Tensor() = default;
  explicit Tensor(std::vector<int64_t> shape)
      : data(size_t(std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>()))),
        value(viewTensor(data.data(), data.size() * sizeof(T), shape, elementType<T>())) {}

  std::vector<T> data;
  OwnedValue value;
};

class OnnxSession {
public:
  OnnxSession(const std::string &path, unsigned threads);

  /// What the next runs read and write, by name. The tensors must outlive those runs.
  void bindInput(const std::string &name, const OwnedValue &value);
  void bindOutput(const std::string &name, const OwnedValue &value);
  void clearBindings();
  void run();

  /// The fixed dimensions of an input; -1 where it has a name instead.
  std::vector<int64_t> inputShape(const std::string &name) const;
  bool hasInput(const std::string &name) const;

private:
  Owned<OrtSession, &OrtApi::ReleaseSession> session;
  Owned<OrtIoBinding, &OrtApi::ReleaseIoBinding> binding;
  std::vector<std::string> inputNames;
};

} // namespace transept::benchmarks

#endif
