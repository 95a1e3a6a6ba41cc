// SPDX-License-Identifier: Apache-2.0
//
// Runs the standard workloads on one model in all its forms, turn by turn in one process, beside
// the limits of the machine, and prints what it measured as JSON. `benchmarks/run` calls it.

#include "benchmarks/models/Workloads.h"
#include "media/MediaSources.h"
#include "transept/model.h"
#include "workbench/measure/BenchReport.h"
#include "workbench/measure/ProgramCosts.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <map>

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

/// What the least times of a library of ours follow from.
struct Ours {
  Model model;
  workbench::MachineLimits limits;
};

class Benchmark {
public:
  explicit Benchmark(const Options &options) : options(options) {
    for (const std::string &item : options.ours)
      open("Transept", item, openTransept);
    for (const std::string &item : options.peers)
      open("ONNX Runtime", item, openOnnxRuntime);
    measureLimits();
  }

  Json run() {
    checkAgreement();
    MeasureOptions how{.shape = shape, .secondsPerContender = options.seconds};
    if (options.isQuick)
      how = {.shape = shape, .rounds = 2, .secondsPerVisit = 0.01, .secondsPerContender = 1};
    for (const Workload &workload : workloads(shape, options.isQuick)) {
      fmt::print(stderr, "{}, {} threads: {}\n", name, options.threads, workload.name);
      std::vector<std::vector<double>> seconds = measure(workload, contenders, how);
      for (size_t index = 0; index < contenders.size(); ++index)
        addFigure(workload, contenders[index], seconds[index]);
    }
    Json limits = Json::object();
    for (const auto &[type, each] : ours)
      limits[type] = workbench::toJson(each.limits);
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

  /// Of what each library may use and reads, in memory of as many bytes.
  void measureLimits() {
    for (const std::string &item : options.ours) {
      Model model = Model::open(pathOf(item), {.threads = 1, .encoderCacheBytes = 0});
      workbench::LimitOptions how = workbench::limitOptions(model.level());
      how.threads = options.threads;
      how.seconds = options.isQuick ? 0.05 : 0.3;
      name = model.name();
      shape = {.vocabularySize = model.sourceVocabularySize(),
               .featureWidth = model.sourceFeatureWidth(),
               .featureCount = model.sourceFeatureCount()};
      ours.insert_or_assign(typeOf(item), Ours{std::move(model), workbench::measureLimits(how)});
    }
  }

  /// The share of ids that are the first contender's in greedy and beam search: programs that
  /// compute the same model agree but for roundings.
  void checkAgreement() {
    Sources sources = randomSources(shape, 2, shape.areFeatures() ? shape.featureCount : 12, 7);
    std::map<size_t, std::vector<Ids>> expected;
    for (NamedContender &each : contenders) {
      each.contender->encode(sources);
      for (size_t beams : {1, 4}) {
        std::vector<Ids> ids = each.contender->generate({.beams = beams, .steps = 8});
        const std::vector<Ids> &first = expected.try_emplace(beams, ids).first->second;
        double same = 0, count = 0;
        for (size_t source = 0; source < ids.size(); ++source)
          for (size_t at = 0; at != ids[source].size(); ++at, ++count)
            same += ids[source][at] == first[source].at(at);
        agreement[beams == 1 ? "greedy" : "beam 4"][each.label] = same / count;
      }
    }
  }

  double leastSeconds(const Workload &workload, const Ours &library) const {
    workbench::Request request{.sources = workload.sources,
                               .length = media::encodedRows(library.model, workload.length),
                               .features = shape.areFeatures() ? workload.length : 0,
                               .hypotheses = workload.generate.beams,
                               .steps = workload.generate.steps};
    double least = 0;
    if (workload.phase != Phase::Decode)
      least += workbench::leastEncodeSeconds(library.model, request, library.limits);
    if (workload.phase != Phase::Encode)
      least += workbench::leastDecodeSeconds(library.model, request, library.limits);
    return least;
  }

  void addFigure(const Workload &workload, const NamedContender &contender,
                 const std::vector<double> &seconds) {
    double units = workload.unitsPerRun();
    // None for a peer's type that Transept was not asked for.
    Json least;
    if (auto place = ours.find(contender.type); place != ours.end())
      least = leastSeconds(workload, place->second) / units;
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
  SourceShape shape;
  std::map<std::string, Ours> ours;
  Json openSeconds = Json::object(), agreement = Json::object(), figures = Json::array();
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
