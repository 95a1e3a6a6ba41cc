// SPDX-License-Identifier: Apache-2.0
//
// `transept bench`: encode and decode speed at standard sizes, each figure beside the limit of the
// machine as it is right now. Every repetition has new random sources, so that no encoder cache
// helps.

#include "commands/Checks.h"
#include "commands/Commands.h"
#include "commands/LevelFlag.h"
#include "workbench/measure/BenchModel.h"
#include "workbench/measure/BenchProfile.h"
#include "workbench/measure/BenchReport.h"
#include "workbench/measure/ProgramCosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

namespace transept::commands {

namespace {

struct DecodeCase {
  const char *name;
  size_t sources;
  int beams;
};

class Bench {
public:
  explicit Bench(const workbench::BenchOptions &options) : options(options), bench(options) {}

  void run() {
    for (size_t length : bench.sources.lengths())
      benchEncode(1, length);
    if (bench.sources.areFeatures()) {
      benchEncode(4, bench.sources.usualLength());
    } else {
      benchEncode(8, 64);
      benchEncode(32, 64);
    }
    for (DecodeCase item :
         {DecodeCase{"decode, 1 hypothesis", 1, 1}, DecodeCase{"decode, beam 4", 1, 4},
          DecodeCase{"decode, batch 8", 8, 1}, DecodeCase{"decode, batch 32", 32, 1}})
      if (!bench.sources.areFeatures() || item.sources <= 8) // long sources would fill the memory
        benchDecode(item);
    benchEndToEnd("end to end, greedy", 1);
    benchEndToEnd("end to end, beam 4", 4);
  }

  workbench::BenchReport report();

private:
  std::vector<workbench::Figure> figuresWithLimits();
  /// `length` counts tokens, or rows of features.
  workbench::Request request(size_t count, size_t length, int beams = 1, size_t steps = 0) const {
    return {.sources = count,
            .length = bench.sources.positions(length),
            .features = bench.sources.areFeatures() ? length : 0,
            .hypotheses = uint64_t(beams),
            .steps = steps};
  }

  double encodeLimit(const workbench::Request &request) const {
    return workbench::leastEncodeSeconds(bench.model, request, bench.limits);
  }
  double decodeLimit(const workbench::Request &request) const {
    return workbench::leastDecodeSeconds(bench.model, request, bench.limits);
  }

  /// Seconds of each repetition; what `prepare` does is not counted. The first one warms up.
  std::vector<double> measure(const std::function<void()> &prepare,
                              const std::function<void()> &work) const {
    size_t minimum = options.isQuick ? 2 : 5, maximum = options.isQuick ? 5 : 50;
    double enough = options.isQuick ? 0.1 : 1;
    std::vector<double> seconds;
    double spent = 0;
    prepare();
    work();
    while (seconds.size() < minimum || (spent < enough && seconds.size() < maximum)) {
      prepare();
      auto start = std::chrono::steady_clock::now();
      work();
      seconds.push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      spent += seconds.back();
    }
    std::ranges::sort(seconds);
    return seconds;
  }

  /// `limit` gives seconds, once the last limits of the machine are known.
  void addTime(const std::string &name, const std::vector<double> &seconds, double steps,
               std::function<double()> limit) {
    figures.push_back([=] {
      return workbench::Figure{name, "ms", seconds.front() / steps * 1e3,
                               seconds[seconds.size() / 2] / steps * 1e3, limit() / steps * 1e3};
    });
  }

  void benchEncode(size_t count, size_t length) {
    if (!bench.sources.fits(length))
      return;
    workbench::RandomSources made;
    std::vector<double> seconds = measure([&] { made = bench.sources.make(count, length); },
                                          [&] { bench.model.encodeBatch(made.inputs()); });
    addTime(fmt::format("encode {}x{}", count, length), seconds, 1,
            [=, this] { return encodeLimit(request(count, length)); });
  }

  void benchDecode(const DecodeCase &item) {
    size_t length = bench.sources.usualLength(), steps = bench.targetLength(64);
    GenerateOptions generation = bench.fixedLength(steps, item.beams);
    std::vector<Source> encoded;
    std::vector<double> seconds = measure(
        [&] {
          encoded.clear();
          encoded = bench.model.encodeBatch(bench.sources.make(item.sources, length).inputs());
        },
        [&] { bench.model.generateBatch(encoded, generation); });
    addTime(item.name, seconds, double(steps),
            [=, this] { return decodeLimit(request(item.sources, length, item.beams, steps)); });
  }

  void benchEndToEnd(const std::string &name, int beams) {
    size_t count = bench.sources.manyCount(), length = bench.sources.manyLength();
    size_t steps = bench.targetLength(30);
    GenerateOptions generation = bench.fixedLength(steps, beams);
    workbench::RandomSources made;
    std::vector<double> seconds = measure(
        [&] { made = bench.sources.make(count, length); },
        [&] { bench.model.generateBatch(bench.model.encodeBatch(made.inputs()), generation); });
    workbench::Request whole = request(count, length, beams, steps);
    double tokens = double(count * steps);
    figures.push_back([=, this] {
      double least = encodeLimit(whole) + decodeLimit(whole);
      return workbench::Figure{name,
                               "tokens/s",
                               tokens / seconds.front(),
                               tokens / seconds[seconds.size() / 2],
                               tokens / least,
                               /*isRate=*/true};
    });
  }

  const workbench::BenchOptions &options;
  workbench::BenchModel bench;
  std::vector<std::function<workbench::Figure()>> figures;
};

/// While others use the machine, its limits may be measured below what it did before: then again.
std::vector<workbench::Figure> Bench::figuresWithLimits() {
  constexpr int kTries = 6;
  std::vector<workbench::Figure> result;
  for (int count = 0; count < kTries; ++count) {
    bench.improveLimits();
    result.clear();
    for (const std::function<workbench::Figure()> &figure : figures)
      result.push_back(figure());
    if (std::ranges::none_of(result, [](const auto &figure) { return figure.fraction() > 1; }))
      break;
  }
  return result;
}

workbench::BenchReport Bench::report() {
  std::vector<workbench::Figure> figured = figuresWithLimits();
  const workbench::BenchSources &sources = bench.sources;
  std::string notes = fmt::format(
      "decode: milliseconds a step over {} steps, search included, encode (which makes the "
      "cross-attention keys and values) not; end to end: {} sources of {} {}, {} new tokens each",
      bench.targetLength(64), sources.manyCount(), sources.manyLength(),
      sources.areFeatures() ? "rows" : "tokens", bench.targetLength(30));
  if (sources.areFeatures())
    notes += fmt::format("\nsources: rows of {} random numbers, in place of sounds or images",
                         bench.model.sourceFeatureWidth());
  return {.library = options.library,
          .model = std::string(bench.model.name()),
          .level = bench.model.level().name,
          .threads = bench.model.statistics().workers,
          .limits = bench.limits,
          .decodeBytes = bench.decodeBytes,
          .figures = figured,
          .notes = notes};
}

void checkWorkloads(const workbench::BenchOptions &options) {
  if (!options.encode.empty())
    workbench::parseWorkload("--encode", options.encode);
  for (const std::string &text : options.decode)
    workbench::parseWorkload("--decode", text);
}

} // namespace

void addBenchCommand(CLI::App &program) {
  auto options = std::make_shared<workbench::BenchOptions>();
  CLI::App *command = program.add_subcommand(
      "bench", "measure encode and decode at standard sizes beside the machine's limits");
  command->add_option("LIB", options->library, "the library")->type_name("FILE")->required();
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(between(1, 1024));
  addLevelFlag(command, options->level);
  command->add_flag("--quick", options->isQuick, "few repetitions: to see that it runs");
  command->add_flag("--json", options->isJson, "print one JSON object");
  CLI::Option *profile = command->add_flag(
      "--profile", options->isProfile,
      "instead: where the time goes, launch by launch, with the fraction of the machine's limits");
  command
      ->add_option("--encode", options->encode,
                   "profile encoding COUNTxLENGTH sources [1x256, or the model's own length]")
      ->needs(profile);
  command
      ->add_option("--decode", options->decode,
                   "profile decoding SOURCESxBEAMS, one or more, separated by commas [1x1,8x1]")
      ->delimiter(',')
      ->needs(profile);
  command->callback([options] {
    if (options->isProfile) {
      checkWorkloads(*options);
      workbench::ProfileReport report = workbench::profileModel(*options);
      options->isJson ? workbench::printJson(report) : workbench::printTable(report);
      return;
    }
    Bench bench(*options);
    bench.run();
    options->isJson ? workbench::printJson(bench.report()) : workbench::printTable(bench.report());
  });
}

} // namespace transept::commands
