// SPDX-License-Identifier: Apache-2.0
//
// What a whole-model benchmark can ask of each of the programs that it compares.

#ifndef TRANSEPT_BENCHMARKS_MODELS_CONTENDER_H
#define TRANSEPT_BENCHMARKS_MODELS_CONTENDER_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace transept::benchmarks {

using Ids = std::vector<int32_t>;

/// Of one length: ids, or rows of features for models of sounds.
struct Sources {
  std::vector<Ids> ids = {};
  std::vector<std::vector<float>> features = {};

  size_t count() const { return ids.size() + features.size(); }
};

struct Generate {
  size_t beams = 1; // 1 is greedy search
  size_t steps = 0; // new tokens of each hypothesis, exactly
};

/// A model opened by one program. Used by one thread; works with the threads it was opened with.
class Contender {
public:
  virtual ~Contender() = default;

  /// Encodes all sources together, up to the cross-attention's keys and values, and keeps
  /// the result for generate.
  virtual void encode(const Sources &sources) = 0;
  /// The new ids of the best hypothesis of each encoded source.
  virtual std::vector<Ids> generate(const Generate &request) = 0;
};

struct ContenderOptions {
  std::string path; // a library, or a directory of ONNX files
  unsigned threads = 1;
};

std::unique_ptr<Contender> openTransept(const ContenderOptions &options);

/// Throws std::runtime_error where this program was built without ONNX Runtime.
std::unique_ptr<Contender> openOnnxRuntime(const ContenderOptions &options);
/// Its version; empty where this program was built without it.
std::string onnxRuntimeVersion();

} // namespace transept::benchmarks

#endif
