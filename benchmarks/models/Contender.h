// SPDX-License-Identifier: Apache-2.0
//
// What a whole-model benchmark can ask of each of the programs that it compares.

#ifndef TRANSEPT_BENCHMARKS_MODELS_CONTENDER_H
#define TRANSEPT_BENCHMARKS_MODELS_CONTENDER_H

#include <chrono>
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

struct Generated {
  std::vector<Ids> ids; // the new ones of the best hypothesis of each source
  double seconds = 0;
};

/// A model opened by one program. Used by one thread; works with the threads it was opened with.
/// Each says itself how long it took, so that what stands between it and this program (a pipe, for
/// some) counts against nobody.
class Contender {
public:
  virtual ~Contender() = default;

  /// Encodes all sources together, up to the cross-attention's keys and values, and keeps
  /// the result for generate. Seconds.
  virtual double encode(const Sources &sources) = 0;
  /// Of each encoded source.
  virtual Generated generate(const Generate &request) = 0;
  /// Of the program, where it tells.
  virtual std::string version() const { return ""; }
};

std::unique_ptr<Contender> openTransept(const std::string &library, unsigned threads);

struct OnnxFiles {
  std::string encoder, steps; // directories of two forms of one model, or the same
};
/// Throws std::runtime_error where this program was built without ONNX Runtime.
std::unique_ptr<Contender> openOnnxRuntime(const OnnxFiles &files, unsigned threads);

/// A program of its own that speaks the protocol of ProcessContender.cpp. Throws
/// std::runtime_error with what it says where it cannot open its model.
std::unique_ptr<Contender> openProcess(const std::vector<std::string> &command);
/// Speaks that protocol on standard input and output, until there is no more input.
void serveContender(Contender &contender);

/// Seconds that work takes.
template <typename Work> double secondsOf(Work &&work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace transept::benchmarks

#endif
