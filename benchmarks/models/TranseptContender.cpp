// SPDX-License-Identifier: Apache-2.0
//
// Transept as its users call it: the public C++ API and nothing else.

#include "benchmarks/models/Contender.h"

#include "transept/model.h"

namespace transept::benchmarks {

namespace {

class TranseptContender : public Contender {
public:
  /// No cache of sources: the same source is encoded again each time.
  TranseptContender(const std::string &library, unsigned threads)
      : model(Model::open(library, {.threads = threads, .encoderCacheBytes = 0})) {}

  double encode(const Sources &sources) override {
    std::vector<SourceInput> inputs;
    for (const Ids &ids : sources.ids)
      inputs.push_back({.ids = ids});
    for (const std::vector<float> &features : sources.features)
      inputs.push_back({.ids = {}, .features = features});
    encoded.clear();
    return secondsOf([&] { encoded = model.encodeBatch(inputs); });
  }

  Generated generate(const Generate &request) override {
    GenerateOptions options;
    const transept_generation_defaults &defaults = *model.table().generation;
    options.ignoreModelDefaults = true;
    options.beams = int(request.beams);
    options.minimumNewTokens = options.maximumNewTokens = int(request.steps);
    options.decoderStart = defaults.decoder_start_id;
    options.ends.emplace(defaults.end_ids, defaults.end_ids + defaults.end_id_count);
    std::vector<Generation> generations;
    Generated result;
    result.seconds = secondsOf([&] { generations = model.generateBatch(encoded, options); });
    for (const Generation &generation : generations) {
      const Ids &ids = generation.sequences.front().ids;
      result.ids.emplace_back(ids.begin() + 1, ids.end()); // without the decoder start
    }
    return result;
  }

private:
  Model model;
  std::vector<Source> encoded;
};

} // namespace

std::unique_ptr<Contender> openTransept(const std::string &library, unsigned threads) {
  return std::make_unique<TranseptContender>(library, threads);
}

} // namespace transept::benchmarks
