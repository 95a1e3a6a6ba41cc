// SPDX-License-Identifier: Apache-2.0
//
// Runs the standard workloads on one model in all its forms, turn by turn in one process, beside
// the limits of the machine, and prints what it measured as JSON. `benchmarks/run` calls it.

#include "benchmarks/models/WeightTypes.h"
#include "benchmarks/models/Workloads.h"
#include "compiler/driver/MachineLimits.h"
#include "compiler/driver/ModelCosts.h"
#include "transept/model.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

namespace transept::benchmarks {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> ours, peers; // TYPE=PATH
  unsigned threads = 1;
  double seconds = 4;
  bool isQuick = false;
};

/// Of an item TYPE=PATH.
std::string typeOf(const std::string &item) {
  return item.substr(0, item.find('='));
}
std::string pathOf(const std::string &item) {
  size_t middle = item.find('=');
  if (middle == std::string::npos)
    throw std::runtime_error("found \"" + item + "\", but expects TYPE=PATH");
  return item.substr(middle + 1);
}

/// For what can be asked without running it.
Model openAlone(const std::string &item) {
  return Model::open(pathOf(item), {.threads = 1, .encoderCacheBytes = 0});
}

class Benchmark {
public:
  explicit Benchmark(const Options &options) : options(options) {
    for (const std::string &item : options.ours)
      open("Transept", item, openTransept);
    for (const std::string &item : options.peers)
      open("ONNX Runtime", item, openOnnxRuntime);
    describe();
    measureLimits();
  }

  Json run() {
    checkAgreement();
    MeasureOptions how{.vocabularySize = vocabularySize, .secondsPerContender = options.seconds};
    if (options.isQuick)
      how = {.vocabularySize = vocabularySize,
             .rounds = 2,
             .secondsPerVisit = 0.01,
             .secondsPerContender = 1};
    for (const Workload &workload : workloads(options.isQuick)) {
      fmt::print(stderr, "{}, {} threads: {}\n", name, options.threads, workload.name);
      std::vector<std::vector<double>> seconds = measure(workload, contenders, how);
      for (size_t index = 0; index != contenders.size(); ++index)
        addFigure(workload, contenders[index], seconds[index]);
    }
    return {
        {"model", name},     {"threads", options.threads}, {"onnxRuntime", onnxRuntimeVersion()},
        {"limits", limits},  {"openSeconds", openSeconds}, {"sameIds", agreement},
        {"figures", figures}};
  }

private:
  void open(const char *program, const std::string &item,
            std::unique_ptr<Contender> (*opener)(const ContenderOptions &)) {
    std::string type = typeOf(item), label = fmt::format("{} {}", program, type);
    auto start = std::chrono::steady_clock::now();
    contenders.push_back({label, type, opener({.path = pathOf(item), .threads = options.threads})});
    openSeconds[label] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  /// Sizes and costs, from the first library's manifest.
  void describe() {
    Model model = openAlone(options.ours.front());
    name = model.name();
    vocabularySize = model.sourceVocabularySize();
    costs = driver::costsOf(Json::parse(model.manifest()).at("description"));
    decodeWeights = costs.decodePerToken / 2; // one multiply-add each
  }

  /// Memory over the bytes that a step reads of each type, and the products that Transept's library
  /// of that type may use.
  void measureLimits() {
    for (const std::string &item : options.ours) {
      std::string type = typeOf(item);
      uint32_t arithmetic = arithmeticOf(type);
      driver::MachineLimits machine =
          driver::measureLimits({.threads = options.threads,
                                 .bufferBytes = size_t(decodeWeights * weightBytes(type)),
                                 .features = openAlone(item).level().required_features,
                                 .arithmetics = {arithmetic},
                                 .seconds = options.isQuick ? 0.05 : 0.3});
      limits[type] = {{"instructions", machine.products[arithmetic].instructions},
                      {"operations", machine.operations(arithmetic)},
                      {"readBytes", machine.readBytes},
                      {"bufferBytes", machine.bufferBytes}};
    }
  }

  /// The share of ids that are the first contender's in greedy and beam search: programs that
  /// compute the same model agree but for roundings.
  void checkAgreement() {
    std::vector<Ids> sources = randomSources(2, 12, vocabularySize, 7);
    for (size_t beams : {1, 4}) {
      std::vector<Ids> expected;
      for (NamedContender &each : contenders) {
        each.contender->encode(sources);
        std::vector<Ids> ids = each.contender->generate({.beams = beams, .steps = 8});
        if (expected.empty())
          expected = ids;
        double same = 0, count = 0;
        for (size_t source = 0; source != ids.size(); ++source)
          for (size_t at = 0; at != ids[source].size(); ++at, ++count)
            same += ids[source][at] == expected[source].at(at);
        agreement[beams == 1 ? "greedy" : "beam 4"][each.label] = same / count;
      }
    }
  }

  double encodeLimit(const Workload &workload, const Json &limit) const {
    return costs.encode(double(workload.sources), double(workload.length)) /
           limit.at("operations").get<double>();
  }

  /// Each step is bound by reading the weights or by computing.
  double decodeLimit(const Workload &workload, const std::string &type, const Json &limit) const {
    double steps = double(workload.generate.steps),
           keys = double(workload.length) + (steps + 1) / 2;
    double rows = double(workload.sources * workload.generate.beams);
    double compute = rows * (costs.decodePerToken + costs.decodePerTokenAndKey * keys) /
                     limit.at("operations").get<double>();
    double read = decodeWeights * weightBytes(type) / limit.at("readBytes").get<double>();
    return steps * std::max(read, compute);
  }

  double leastSeconds(const Workload &workload, const std::string &type) const {
    const Json &limit = limits.at(type);
    double least = 0;
    if (workload.phase != Phase::Decode)
      least += encodeLimit(workload, limit);
    if (workload.phase != Phase::Encode)
      least += decodeLimit(workload, type, limit);
    return least;
  }

  void addFigure(const Workload &workload, const NamedContender &contender,
                 const std::vector<double> &seconds) {
    // None for a peer's type that Transept was not asked for.
    Json least;
    if (limits.contains(contender.type))
      least = leastSeconds(workload, contender.type) / workload.unitsPerRun();
    double units = workload.unitsPerRun();
    figures.push_back({{"workload", workload.name},
                       {"contender", contender.label},
                       {"type", contender.type},
                       {"best", seconds.front() / units},
                       {"median", seconds[seconds.size() / 2] / units},
                       {"runs", seconds.size()},
                       {"limit", least}});
    if (workload.phase == Phase::EndToEnd)
      figures.back()["tokens"] = workload.sources * workload.generate.steps;
  }

  const Options &options;
  std::vector<NamedContender> contenders;
  std::string name;
  size_t vocabularySize = 0;
  driver::ModelCosts costs;
  double decodeWeights = 0;
  Json limits = Json::object(), openSeconds = Json::object(), agreement = Json::object(),
       figures = Json::array();
};

} // namespace
} // namespace transept::benchmarks

int main(int count, char **arguments) {
  using namespace transept::benchmarks;
  CLI::App program("Whole models of Transept and its peers, measured turn by turn");
  Options options;
  program.add_option("--transept", options.ours, "TYPE=LIB.so, any number")->required();
  program.add_option("--onnx", options.peers, "TYPE=DIRECTORY, any number");
  program.add_option("--threads", options.threads, "threads of each program [1]")
      ->check(CLI::Range(1, 1024));
  program
      .add_option("--seconds", options.seconds,
                  "for one contender on one workload; two rounds at least [4]")
      ->check(CLI::PositiveNumber);
  program.add_flag("--quick", options.isQuick, "few, short runs: to see that everything works");
  CLI11_PARSE(program, count, arguments);
  try {
    fmt::print("{}\n", Benchmark(options).run().dump(1));
    return 0;
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
