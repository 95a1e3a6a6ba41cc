// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime over the files that benchmarks/onnx_models writes. Whatever a session reads
// or writes is bound: cross-attention keys and values are the encoder's own results, and the host
// only searches.

#include "benchmarks/models/BeamSearch.h"
#include "benchmarks/models/Contender.h"
#include "benchmarks/models/OnnxStep.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace transept::benchmarks {

namespace {

class OnnxContender : public Contender {
public:
  OnnxContender(const OnnxFiles &files, unsigned threads)
      : encoder(files.encoder + "/encoder.onnx", threads),
        greedy(files.steps + "/greedy.onnx", threads, /*isBeam=*/false),
        beam(files.steps + "/beam.onnx", threads, /*isBeam=*/true) {
    if (!(std::ifstream(files.steps + "/decoder_start") >> decoderStart))
      throw std::runtime_error("no number in " + files.steps + "/decoder_start");
  }

  double encode(const Sources &sources) override {
    return secondsOf([&] {
      if (sources.features.empty())
        encode("ids", ids, sources.ids, sources.ids.front().size());
      else
        encode("features", features, sources.features,
               size_t(greedy.sourceShape().at(2))); // what the convolutions leave
    });
  }

  Generated generate(const Generate &request) override {
    Generated result;
    result.seconds = secondsOf([&] {
      result.ids = request.beams == 1 ? generateGreedily(request.steps)
                                      : generateByBeams(request.beams, request.steps);
    });
    return result;
  }

  std::string version() const override { return OrtGetApiBase()->GetVersionString(); }

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
                      .count = size_t(OnnxStep::kCandidates)});
      std::ranges::copy(search.lastIds(), beam.ids.data.begin());
      if (at + 1 != steps)
        beam.reorder(search.parents(), at + 1);
    }
    return search.best();
  }

  OnnxSession encoder;
  OnnxStep greedy, beam;
  int64_t decoderStart = 0;
  size_t sourceCount = 0, sourceLength = 0;
  Tensor<int64_t> ids;
  Tensor<float> features;
  Cache cross;
};

} // namespace

std::unique_ptr<Contender> openOnnxRuntime(const OnnxFiles &files, unsigned threads) {
  return std::make_unique<OnnxContender>(files, threads);
}

} // namespace transept::benchmarks
