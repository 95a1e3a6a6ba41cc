// SPDX-License-Identifier: Apache-2.0
//
// A decoding step of ONNX Runtime with the tensors it works on, in either form that
// benchmarks/onnx_models writes.

#ifndef TRANSEPT_BENCHMARKS_MODELS_ONNXSTEP_H
#define TRANSEPT_BENCHMARKS_MODELS_ONNXSTEP_H

#include "benchmarks/models/OnnxSession.h"

#include <array>

namespace transept::benchmarks {

/// Keys and values of every layer in turn, [batch, heads, length, head size] each.
using Cache = std::vector<Tensor<float>>;

struct Sizes {
  size_t layers = 0;
  int64_t heads = 0, headSize = 0;
};

Cache makeCache(const Sizes &sizes, size_t batch, size_t length);
/// Of the index-th tensor of a cache: "cross_key_0", "cross_value_0", "cross_key_1" for "cross_".
std::string cacheName(const std::string &prefix, size_t index);

/// The session of one kind of step and the tensors of the request it works on.
class OnnxStep {
public:
  OnnxStep(const std::string &path, unsigned threads, bool isBeam);

  /// Makes room for `rows` hypotheses of up to `capacity` tokens; nothing where it is there
  /// already.
  void prepare(size_t rows, size_t capacity);
  /// Lets the steps that follow read the encoder's results.
  void bind(const Cache &cross);
  /// Each row goes on from `ids`.
  void run(size_t at);
  /// Lets each row go on from the row `parents[row]`, whose first `filled` positions count.
  void reorder(const std::vector<uint32_t> &parents, size_t filled);

  /// [sources, heads, length, head size] of keys; -1 where any is allowed.
  std::vector<int64_t> sourceShape() const { return session.inputShape("cross_key_0"); }

  static constexpr int64_t kCandidates = 8;

  Sizes sizes;
  Tensor<int64_t> ids, nextIds, bestIds;
  Tensor<float> bestLogits, logSums;

private:
  void bindInPlace();
  void bindGrowing(size_t filled);

  OnnxSession session;
  bool isBeam, isInPlace;
  size_t rowCount = 0, length = 0, current = 0;
  std::array<Cache, 2> caches;
  // Of a form whose caches grow: what the last step left and this one makes, over the caches'
  // memory.
  std::array<std::vector<OwnedValue>, 2> views;
  Tensor<int64_t> position{{1}}, parentRows;
  Tensor<int32_t> lastKeys, keyCount{{1}};
};

} // namespace transept::benchmarks

#endif
