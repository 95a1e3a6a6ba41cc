// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime over the files that benchmarks/onnx_models.py writes. All tensors that a session
// reads or writes are bound once for a request: self caches grow in place, cross-attention keys and
// values are the encoder's own results, and the host only searches.

#include "benchmarks/models/BeamSearch.h"
#include "benchmarks/models/Contender.h"
#include "benchmarks/models/OnnxSession.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace transept::benchmarks {

namespace {

/// Keys or values of every layer, [batch, heads, length, head size] each.
using Cache = std::vector<Tensor<float>>;

struct Sizes {
  size_t layers = 0;
  int64_t heads = 0, headSize = 0;
};

Cache makeCache(const Sizes &sizes, size_t batch, size_t length) {
  Cache cache(2 * sizes.layers);
  for (Tensor<float> &tensor : cache)
    tensor = Tensor<float>({int64_t(batch), sizes.heads, int64_t(length), sizes.headSize});
  return cache;
}

std::string cacheName(const char *prefix, size_t index) {
  return prefix + std::string(index % 2 ? "value_" : "key_") + std::to_string(index / 2);
}

/// The session of one kind of step and the tensors of the request it works on.
class Step {
public:
  Step(const std::string &path, unsigned threads, bool isBeam)
      : session(path, threads), isBeam(isBeam) {
    while (session.hasInput(cacheName("self_", 2 * sizes.layers)))
      ++sizes.layers;
    std::vector<int64_t> shape = session.inputShape("self_key_0");
    sizes.heads = shape.at(1);
    sizes.headSize = shape.at(3);
  }

  /// Makes room for `rows` hypotheses of up to `capacity` tokens; nothing where it is there
  /// already.
  void prepare(size_t rows, size_t capacity) {
    if (rows == rowCount && capacity == length)
      return;
    rowCount = rows;
    length = capacity;
    ids = Tensor<int64_t>({int64_t(rows)});
    lastKeys = Tensor<int32_t>({int64_t(rows)});
    nextIds = Tensor<int64_t>({int64_t(rows)});
    bestIds = Tensor<int64_t>({int64_t(rows), kCandidates});
    bestLogits = Tensor<float>({int64_t(rows), kCandidates});
    logSums = Tensor<float>({int64_t(rows)});
    // Beam search reorders from one set into the other.
    for (Cache &cache : caches)
      cache = isBeam || &cache == &caches[0] ? makeCache(sizes, rows, capacity) : Cache();
  }

  void bind(const Cache &cross) {
    session.clearBindings();
    session.bindInput("ids", ids.value);
    session.bindInput("position", position.value);
    session.bindInput("last_keys", lastKeys.value);
    session.bindInput("key_count", keyCount.value);
    for (size_t index = 0; index < cross.size(); ++index)
      session.bindInput(cacheName("cross_", index), cross[index].value);
    if (isBeam) {
      session.bindOutput("best_ids", bestIds.value);
      session.bindOutput("best_logits", bestLogits.value);
      session.bindOutput("log_sum", logSums.value);
    } else {
      session.bindOutput("next_ids", nextIds.value);
    }
    bindSelfCaches();
  }

  void run(size_t at) {
    position.data[0] = int64_t(at);
    std::ranges::fill(lastKeys.data, int32_t(at));
    keyCount.data[0] = int32_t(at + 1);
    session.run();
  }

  /// Lets each row go on from the row `parents[row]`, whose first `filled` positions count.
  void reorder(const std::vector<uint32_t> &parents, size_t filled) {
    bool isSame = true;
    for (size_t row = 0; row < parents.size(); ++row)
      isSame &= parents[row] == row;
    if (isSame)
      return;
    size_t heads = size_t(sizes.heads), head = length * size_t(sizes.headSize);
    for (size_t index = 0; index < caches[0].size(); ++index)
      for (size_t row = 0; row < parents.size(); ++row)
        for (size_t number = 0; number < heads; ++number)
          std::memcpy(&caches[1 - current][index].data[(row * heads + number) * head],
                      &caches[current][index].data[(parents[row] * heads + number) * head],
                      filled * size_t(sizes.headSize) * sizeof(float));
    current = 1 - current;
    bindSelfCaches();
  }

  /// [sources, heads, length, head size] of keys; -1 where any is allowed.
  std::vector<int64_t> sourceShape() const { return session.inputShape("cross_key_0"); }

  static constexpr int64_t kCandidates = 8;

  Sizes sizes;
  Tensor<int64_t> ids, nextIds, bestIds;
  Tensor<float> bestLogits, logSums;

private:
  /// The same memory as input and output: the op appends to it.
  void bindSelfCaches() {
    for (size_t index = 0; index < caches[current].size(); ++index) {
      session.bindInput(cacheName("self_", index), caches[current][index].value);
      session.bindOutput(cacheName("new_self_", index), caches[current][index].value);
    }
  }

  OnnxSession session;
  bool isBeam;
  size_t rowCount = 0, length = 0, current = 0;
  std::array<Cache, 2> caches;
  Tensor<int64_t> position{{1}};
  Tensor<int32_t> lastKeys, keyCount{{1}};
};

class OnnxContender : public Contender {
public:
  explicit OnnxContender(const ContenderOptions &options)
      : directory(options.path), encoder(directory / "encoder.onnx", options.threads),
        greedy(directory / "greedy.onnx", options.threads, /*isBeam=*/false),
        beam(directory / "beam.onnx", options.threads, /*isBeam=*/true) {
    if (!(std::ifstream(directory / "decoder_start") >> decoderStart))
      throw std::runtime_error("no number in " + (directory / "decoder_start").string());
  }

  void encode(const Sources &sources) override {
    if (sources.features.empty())
      encode("ids", ids, sources.ids, sources.ids.front().size());
    else
      encode("features", features, sources.features,
             size_t(greedy.sourceShape().at(2))); // what the convolutions leave
  }

  std::vector<Ids> generate(const Generate &request) override {
    return request.beams == 1 ? generateGreedily(request.steps)
                              : generateByBeams(request.beams, request.steps);
  }

private:
  /// `length` counts positions of the encoder.
  template <typename T, typename Source>
  void encode(const char *name, Tensor<T> &input, const std::vector<Source> &sources,
              size_t length) {
    if (sources.size() != sourceCount || length != sourceLength) {
      sourceCount = sources.size();
      sourceLength = length;
      std::vector<int64_t> shape = encoder.inputShape(name);
      shape.at(0) = int64_t(sourceCount);
      // Of ids the model leaves the length open.
      if (shape.at(1) < 0)
        shape.at(1) = int64_t(length);
      input = Tensor<T>(shape);
      cross = makeCache(greedy.sizes, sourceCount, length);
      encoder.clearBindings();
      encoder.bindInput(name, input.value);
      for (size_t index = 0; index < cross.size(); ++index)
        encoder.bindOutput(cacheName("cross_", index), cross[index].value);
    }
    auto out = input.data.begin();
    for (const Source &source : sources)
      out = std::ranges::copy(source, out).out;
    encoder.run();
  }

  std::vector<Ids> generateGreedily(size_t steps) {
    greedy.prepare(sourceCount, steps);
    greedy.bind(cross);
    std::ranges::fill(greedy.ids.data, decoderStart);
    std::vector<Ids> results(sourceCount);
    for (size_t at = 0; at < steps; ++at) {
      greedy.run(at);
      for (size_t row = 0; row < sourceCount; ++row)
        results[row].push_back(int32_t(greedy.nextIds.data[row]));
      std::ranges::copy(greedy.nextIds.data, greedy.ids.data.begin());
    }
    return results;
  }

  std::vector<Ids> generateByBeams(size_t beams, size_t steps) {
    size_t rows = sourceCount * beams;
    beam.prepare(rows, steps);
    beam.bind(cross);
    std::ranges::fill(beam.ids.data, decoderStart);
    BeamSearch search(sourceCount, beams);
    for (size_t at = 0; at < steps; ++at) {
      beam.run(at);
      search.advance({.ids = beam.bestIds.data,
                      .logits = beam.bestLogits.data,
                      .logSums = beam.logSums.data,
                      .count = size_t(Step::kCandidates)});
      std::ranges::copy(search.lastIds(), beam.ids.data.begin());
      if (at + 1 != steps)
        beam.reorder(search.parents(), at + 1);
    }
    return search.best();
  }

  std::filesystem::path directory;
  OnnxSession encoder;
  Step greedy, beam;
  int64_t decoderStart = 0;
  size_t sourceCount = 0, sourceLength = 0;
  Tensor<int64_t> ids;
  Tensor<float> features;
  Cache cross;
};

} // namespace

std::unique_ptr<Contender> openOnnxRuntime(const ContenderOptions &options) {
  return std::make_unique<OnnxContender>(options);
}

std::string onnxRuntimeVersion() {
  return OrtGetApiBase()->GetVersionString();
}

} // namespace transept::benchmarks
