// SPDX-License-Identifier: Apache-2.0
//
// What an encode and a step cost on one core, by how much is in them: the simulator (simulate.py)
// makes of that how many requests a core serves. Time of the processor, which neighbours take
// little of.

#include "transept/model.h"

#include <CLI/CLI.hpp>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>

namespace {

using namespace transept;

struct Effort {
  double seconds = 1; // at most, for each figure
  int least = 3;      // runs
};

double processorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

/// Seconds of the quickest run of `work`, after one that warms up.
template <typename Work> double quickest(const Effort &effort, Work work) {
  work();
  double best = 1e300, spent = 0;
  for (int run = 0; run < effort.least || spent < effort.seconds; ++run) {
    double begin = processorSeconds();
    work();
    double taken = processorSeconds() - begin;
    best = std::min(best, taken);
    spent += taken;
  }
  return best;
}

/// Sources that are new each time: nothing is found in a cache.
class Sources {
public:
  explicit Sources(const Model &model) : model(model) {}

  std::vector<Source> encode(std::size_t count, std::size_t length) {
    if (model.sourceFeatureWidth() != 0)
      return encodeFeatures(count);
    std::uniform_int_distribution<Id> ids(4, Id(model.sourceVocabularySize() - 2));
    std::vector<std::vector<Id>> rows(count, std::vector<Id>(length));
    std::vector<SourceInput> inputs;
    inputs.reserve(count);
    for (std::vector<Id> &row : rows) {
      for (Id &id : row)
        id = ids(random);
      inputs.push_back({.ids = row});
    }
    return model.encodeBatch(inputs);
  }

private:
  std::vector<Source> encodeFeatures(std::size_t count) {
    std::normal_distribution<float> values;
    std::vector<float> rows(model.sourceFeatureCount() * model.sourceFeatureWidth());
    std::vector<Source> sources;
    for (std::size_t index = 0; index < count; ++index) {
      for (float &value : rows)
        value = values(random);
      sources.push_back(model.encodeFeatures(rows));
    }
    return sources;
  }

  const Model &model;
  std::mt19937_64 random{1};
};

double encodeSeconds(const Model &model, std::size_t rows, std::size_t length,
                     const Effort &effort) {
  Sources sources(model);
  bool isSound = model.sourceFeatureWidth() != 0;
  std::size_t count = isSound ? 1 : std::max<std::size_t>(1, rows / length);
  return quickest(effort, [&] { sources.encode(count, std::min(rows, length)); });
}

/// The middle of a generation, from which encoding and the first steps fall out.
double stepSeconds(const Model &model, std::size_t sequences, std::size_t length,
                   const Effort &effort) {
  std::vector<Source> sources = Sources(model).encode(sequences, length);
  constexpr int kFew = 4, kMany = 36;
  auto generate = [&](int tokens) {
    GenerateOptions options{.beams = 1};
    options.minimumNewTokens = options.maximumNewTokens = tokens;
    return quickest(effort, [&] { model.generateBatch(sources, options); });
  };
  return std::max(0.0, generate(kMany) - generate(kFew)) / (kMany - kFew);
}

} // namespace

int main(int argumentCount, char **arguments) {
  CLI::App app("Measures what encodes and steps of a compiled model cost on one core.");
  std::string path;
  std::size_t length = 30;
  std::vector<std::size_t> rows{30, 60, 120, 240}, sequences{1, 2, 4, 8, 16, 32, 64};
  Effort effort;
  app.add_option("LIBRARY", path, "a compiled model of ids or features")->required();
  app.add_option("--rows", rows, "of an encode; one sound where the model takes features")
      ->delimiter(',');
  app.add_option("--sequences", sequences, "of a step")->delimiter(',');
  app.add_option("--length", length, "of a source in tokens");
  app.add_option("--seconds", effort.seconds, "for each figure");
  CLI11_PARSE(app, argumentCount, arguments);
  Model model = Model::open(path, {.threads = 1, .encoderCacheBytes = 0});
  if (model.sourceFeatureWidth() != 0)
    rows = {model.sourceFeatureCount()};
  std::vector<std::string> encodes, steps;
  for (std::size_t each : rows)
    encodes.push_back(
        fmt::format("[{}, {:.6f}]", each, encodeSeconds(model, each, length, effort)));
  for (std::size_t each : sequences)
    steps.push_back(fmt::format("[{}, {:.6f}]", each, stepSeconds(model, each, length, effort)));
  fmt::print("{{\"model\": \"{}\", \"encode\": [{}], \"step\": [{}]}}\n", model.name(),
             fmt::join(encodes, ", "), fmt::join(steps, ", "));
}
