// SPDX-License-Identifier: Apache-2.0
//
// Runs the standard workloads on one model in all its forms, turn by turn, beside
// the limits of the machine, and prints what it measured as JSON. `benchmarks/run` calls it.

#include "benchmarks/models/Contenders.h"
#include "media/MediaSources.h"
#include "transept/model.h"
#include "workbench/measure/BenchReport.h"
#include "workbench/measure/ProgramCosts.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

namespace transept::benchmarks {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string contenders; // a file
  std::string served;     // a library
  std::vector<std::string> workloads;
  unsigned threads = 1;
  double seconds = 4;
  bool isQuick = false;
};

/// What the least times of a library of ours follow from.
struct Ours {
  Model model;
  workbench::MachineLimits limits;
};

class Benchmark {
public:
  explicit Benchmark(const Options &options) : options(options) {
    std::ifstream file(options.contenders);
    if (!file)
      throw std::runtime_error("cannot read " + options.contenders);
    for (const Json &item : Json::parse(file))
      open(item);
    if (ours.empty())
      throw std::runtime_error(options.contenders + " names no library of Transept");
  }

  Json run() {
    checkAgreement();
    MeasureOptions how{.shape = shape, .secondsPerContender = options.seconds};
    if (options.isQuick)
      how = {.shape = shape, .rounds = 2, .secondsPerVisit = 0.01, .secondsPerContender = 1};
    for (const Workload &workload : workloads(shape, options.isQuick)) {
      if (!options.workloads.empty() && !std::ranges::count(options.workloads, workload.name))
        continue;
      fmt::print(stderr, "{}, {} threads: {}\n", name, options.threads, workload.name);
      std::vector<std::vector<double>> seconds = measure(workload, contenders, how);
      for (size_t index = 0; index < contenders.size(); ++index)
        if (!seconds[index].empty())
          addFigure(workload, contenders[index], seconds[index]);
      dropFailed(workload);
    }
    Json limits = Json::object();
    for (const auto &[type, each] : ours)
      limits[type] = workbench::toJson(each.limits);
    return {{"model", name},      {"threads", options.threads}, {"versions", versions},
            {"limits", limits},   {"openSeconds", openSeconds}, {"sameIds", agreement},
            {"skipped", skipped}, {"figures", figures}};
  }

private:
  void open(const Json &item) {
    try {
      NamedContender opened;
      double seconds = secondsOf([&] { opened = openContender(item, options.threads); });
      openSeconds[opened.label()] = seconds;
      if (std::string version = opened.contender->version(); !version.empty())
        versions[opened.program] = version;
      if (item.contains("library"))
        measureLimits(opened.type, item["library"]);
      contenders.push_back(std::move(opened));
    } catch (const std::exception &error) {
      if (item.contains("library")) // ours
        throw;
      skip(fmt::format("{} {} {}", item.at("program").get<std::string>(),
                       item.at("type").get<std::string>(), item.value("form", "")),
           error.what());
    }
  }

  void skip(const std::string &label, const std::string &why) {
    skipped.push_back(fmt::format("{}: {}", label, why));
  }

  /// Of what the library may use and reads, in memory of as many bytes.
  void measureLimits(const std::string &type, const std::string &library) {
    Model model = Model::open(library, {.threads = 1, .encoderCacheBytes = 0});
    workbench::LimitOptions how = workbench::limitOptions(model.level());
    how.threads = options.threads;
    how.seconds = options.isQuick ? 0.05 : 0.3;
    name = model.name();
    shape = {.vocabularySize = model.sourceVocabularySize(),
             .featureWidth = model.sourceFeatureWidth(),
             .featureCount = model.sourceFeatureCount()};
    ours.insert_or_assign(type, Ours{std::move(model), workbench::measureLimits(how)});
  }

  /// The share of ids that are the first contender's in greedy and beam search: programs that
  /// compute the same model agree but for roundings, so peers that do not in f32 are left out.
  void checkAgreement() {
    if (contenders.size() == 1)
      return;
    Sources sources = randomSources(shape, 2, shape.areFeatures() ? shape.featureCount : 12, 7);
    std::map<size_t, std::vector<Ids>> expected;
    std::erase_if(contenders, [&](NamedContender &each) {
      try {
        each.contender->encode(sources);
        for (size_t beams : {1, 4}) {
          std::vector<Ids> ids = each.contender->generate({.beams = beams, .steps = 8}).ids;
          double share = sameShare(ids, expected.try_emplace(beams, ids).first->second);
          agreement[beams == 1 ? "greedy" : "beam 4"][each.label()] = share;
          if (each.type == "f32" && share < kLeastShare)
            throw std::runtime_error(
                fmt::format("only {:.0f} % of the ids are those of {} with {} beams, so it is not "
                            "the same model",
                            100 * share, contenders.front().label(), beams));
        }
        return false;
      } catch (const std::exception &error) {
        if (each.program == "Transept")
          throw;
        skip(each.label(), error.what());
        return true;
      }
    });
  }

  void dropFailed(const Workload &workload) {
    for (const NamedContender &each : contenders)
      if (!each.failure.empty()) {
        std::string text = fmt::format("failed in {}: {}", workload.name, each.failure);
        if (each.program == "Transept")
          throw std::runtime_error(text);
        skip(each.label(), text);
      }
    std::erase_if(contenders, [](const NamedContender &each) { return !each.failure.empty(); });
  }

  static double sameShare(const std::vector<Ids> &ids, const std::vector<Ids> &expected) {
    double same = 0, count = 0;
    for (size_t source = 0; source < ids.size(); ++source)
      for (size_t at = 0; at != ids[source].size(); ++at, ++count)
        same += ids[source][at] == expected[source].at(at);
    return same / count;
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
                       {"program", contender.program},
                       {"form", contender.form},
                       {"type", contender.type},
                       {"best", seconds.front() / units},
                       {"median", seconds[seconds.size() / 2] / units},
                       {"runs", seconds.size()},
                       {"limit", least}});
    if (workload.phase == Phase::EndToEnd)
      figures.back()["tokens"] = workload.sources * workload.generate.steps;
  }

  // In f32; ties may fall either way.
  static constexpr double kLeastShare = 0.9;

  const Options &options;
  std::vector<NamedContender> contenders;
  std::string name;
  SourceShape shape;
  std::map<std::string, Ours> ours;
  Json openSeconds = Json::object(), agreement = Json::object(), versions = Json::object();
  Json figures = Json::array(), skipped = Json::array();
};

} // namespace
} // namespace transept::benchmarks

int main(int count, char **arguments) {
  using namespace transept::benchmarks;
  CLI::App program("Whole models of Transept and its peers, measured turn by turn");
  Options options;
  auto *contenders =
      program.add_option("contenders", options.contenders, "JSON as Contenders.h describes it");
  program
      .add_option("--serve", options.served,
                  "opens this library of Transept and answers as ProcessContender.cpp asks")
      ->excludes(contenders);
  program.add_option("--workload", options.workloads, "only the one of this name, any number");
  program.add_option("--threads", options.threads, "threads of each program [1]")
      ->check(CLI::Range(1, 1024));
  program
      .add_option("--seconds", options.seconds,
                  "for one contender on one workload; two rounds at least [4]")
      ->check(CLI::PositiveNumber);
  program.add_flag("--quick", options.isQuick, "few, short runs: to see that everything works");
  CLI11_PARSE(program, count, arguments);
  try {
    if (!options.served.empty())
      serveContender(*openTransept(options.served, options.threads));
    else
      fmt::print("{}\n", Benchmark(options).run().dump(1));
    return 0;
  } catch (const std::exception &error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
