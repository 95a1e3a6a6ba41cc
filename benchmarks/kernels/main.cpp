// SPDX-License-Identifier: Apache-2.0
//
// One kernel at a time with Google Benchmark, each with the fraction of what this machine could do,
// measured in the same process. `benchmarks/run` compiles the kernels and calls this with their
// list; all flags of Google Benchmark work.

#include "transept/model.h"
#include "workbench/measure/ProgramCosts.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <random>

namespace transept::benchmarks {

namespace {

using Json = nlohmann::json;

/// One entry of the list.
struct Kernel {
  std::string name, family, type, library;
};

std::vector<Kernel> readKernels(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    throw std::runtime_error("cannot read " + path);
  std::vector<Kernel> kernels;
  for (const Json &each : Json::parse(file))
    kernels.push_back({.name = each.at("name"),
                       .family = each.at("family"),
                       .type = each.at("type"),
                       .library = each.at("library")});
  return kernels;
}

workbench::Costs costsOf(const Model &model, const workbench::Workload &work) {
  return workbench::costsOf(model.table(), *model.level().decode, work);
}

/// Measured once for each library and length of its sources.
class Limits {
public:
  const workbench::MachineLimits &of(const Kernel &kernel, const Model &model, size_t keys) {
    auto [place, isNew] = limits.try_emplace({kernel.library, keys});
    if (isNew) {
      workbench::LimitOptions options = workbench::limitOptions(model.level());
      options.decodeBytes = size_t(costsOf(model, {.rows = 1, .sourceLength = keys}).bytes);
      options.seconds = 0.1;
      place->second = workbench::measureLimits(options);
    }
    return place->second;
  }

private:
  std::map<std::pair<std::string, size_t>, workbench::MachineLimits> limits;
};

std::vector<float> randomNumbers(size_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> number;
  std::vector<float> numbers(count);
  std::ranges::generate(numbers, [&] { return number(random); });
  return numbers;
}

/// Rate and share of the limit, of what one iteration costs.
void report(benchmark::State &state, const workbench::Costs &costs,
            const workbench::MachineLimits &limits) {
  using benchmark::Counter;
  auto calls = double(state.iterations());
  state.counters["FLOP/s"] = Counter(costs.allOperations() * calls, Counter::kIsRate);
  state.counters["bytes/s"] = Counter(costs.bytes * calls, Counter::kIsRate);
  state.counters["limit"] =
      Counter(costs.leastSeconds(limits, limits.decodeWeights) * calls, Counter::kIsRate);
}

/// Target rows through a model of products or of attention.
void transformRows(benchmark::State &state, const Kernel &kernel, Limits &limits, size_t rows,
                   size_t keys) {
  Model model = Model::open(kernel.library, {.threads = 1});
  Source source = model.encodeFeatures(randomNumbers(keys * model.sourceFeatureWidth()));
  std::vector<float> features = randomNumbers(rows * model.targetFeatureWidth());
  const workbench::MachineLimits &limit = limits.of(kernel, model, keys);
  model.transform(source, features); // the pages of the weights are mapped then
  for (auto _ : state)
    benchmark::DoNotOptimize(model.transform(source, features));
  report(state, costsOf(model, {.rows = rows, .sourceLength = keys}), limit);
}

/// Greedy search over `rows` sources of a model that is nearly all vocabulary.
void searchVocabulary(benchmark::State &state, const Kernel &kernel, Limits &limits, size_t rows) {
  constexpr int steps = 4, length = 2;
  Model model = Model::open(kernel.library, {.threads = 1});
  std::vector<Source> sources;
  for (size_t row = 0; row < rows; ++row)
    sources.push_back(model.encode(std::vector<Id>(length, Id(2 + row))));
  const transept_generation_defaults &defaults = *model.table().generation;
  GenerateOptions options;
  options.ignoreModelDefaults = true;
  options.minimumNewTokens = options.maximumNewTokens = steps;
  options.decoderStart = defaults.decoder_start_id;
  options.ends.emplace(defaults.end_ids, defaults.end_ids + defaults.end_id_count);
  const workbench::MachineLimits &limit = limits.of(kernel, model, length);
  model.generateBatch(sources, options);
  for (auto _ : state)
    benchmark::DoNotOptimize(model.generateBatch(sources, options));
  workbench::Costs costs;
  for (uint64_t step = 0; step < steps; ++step)
    costs.add(costsOf(model, {.sources = rows, .rows = 1, .past = step, .sourceLength = length}));
  report(state, costs, limit);
}

void registerKernel(const Kernel &kernel, Limits &limits) {
  auto add = [&](size_t rows, const std::string &more, auto run) {
    std::string name = fmt::format("{}/{}/rows:{}{}", kernel.name, kernel.type, rows, more);
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMicrosecond);
  };
  if (kernel.family == "attention") {
    for (size_t keys : {64, 512})
      for (size_t rows : {1, 16, 256})
        add(rows, fmt::format("/keys:{}", keys), [=, &limits](benchmark::State &state) {
          transformRows(state, kernel, limits, rows, keys);
        });
  } else if (kernel.family == "vocabulary") {
    for (size_t rows : {1, 4, 16, 32})
      add(rows, "",
          [=, &limits](benchmark::State &state) { searchVocabulary(state, kernel, limits, rows); });
  } else {
    for (size_t rows : {1, 4, 8, 16, 32, 64, 256, 1024})
      add(rows, "", [=, &limits](benchmark::State &state) {
        transformRows(state, kernel, limits, rows, /*keys=*/1);
      });
  }
}

} // namespace
} // namespace transept::benchmarks

int main(int count, char **arguments) {
  using namespace transept::benchmarks;
  benchmark::Initialize(&count, arguments);
  if (count != 2) {
    fmt::print(stderr, "usage: {} KERNELS.json [flags of Google Benchmark]\n", arguments[0]);
    return 2;
  }
  try {
    Limits limits;
    for (const Kernel &kernel : readKernels(arguments[1]))
      registerKernel(kernel, limits);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
