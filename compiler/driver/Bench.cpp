// SPDX-License-Identifier: Apache-2.0
//
// `transept bench`: encode and decode speed at standard sizes, each figure beside the limit of the
// machine as it is right now. Every repetition has new random sources, so that no encoder cache
// helps.

#include "compiler/driver/Commands.h"
#include "compiler/driver/MachineLimits.h"
#include "compiler/driver/ModelCosts.h"
#include "compiler/frontend/Json.h"

#include "transept/model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>

namespace transept::driver {

namespace {

using Json = nlohmann::ordered_json;

struct BenchOptions {
  std::string library;
  unsigned threads = 0;
  bool isQuick = false, isJson = false;
};

/// One line of the table.
struct Figure {
  std::string name, unit;
  double best = 0, median = 0;
  double limit = 0; // of `best`, in the same unit
  /// Tokens a second are better when larger, milliseconds when smaller.
  bool isRate = false;

  double fraction() const { return isRate ? best / limit : limit / best; }
};

struct DecodeCase {
  const char *name;
  size_t sources;
  int beams;
};

class Bench {
public:
  explicit Bench(const BenchOptions &options)
      : options(options),
        model(Model::open(options.library, {.threads = options.threads, .encoderCacheBytes = 0})),
        costs(costsOf(frontend::parseJson(model.manifest(), "manifest").at("description"))) {
    bool usesAvx512 = model.table().required_features & TRANSEPT_CPU_AVX512;
    limits = measureLimits({.threads = unsigned(model.statistics().workers),
                            .bufferBytes = size_t(costs.decodeBytes),
                            .usesAvx512 = usesAvx512,
                            .seconds = options.isQuick ? 0.1 : 0.5});
  }

  void run() {
    for (size_t length : {16, 64, 256, 512})
      benchEncode(1, length);
    benchEncode(8, 64);
    benchEncode(32, 64);
    for (DecodeCase item :
         {DecodeCase{"decode, 1 hypothesis", 1, 1}, DecodeCase{"decode, beam 4", 1, 4},
          DecodeCase{"decode, batch 8", 8, 1}, DecodeCase{"decode, batch 32", 32, 1}})
      benchDecode(item);
    benchEndToEnd("end to end, greedy", 1);
    benchEndToEnd("end to end, beam 4", 4);
  }

  void print() const;

private:
  std::vector<std::vector<Id>> randomSources(size_t count, size_t length) {
    std::uniform_int_distribution<Id> id(0, Id(model.sourceVocabularySize()) - 1);
    std::vector<std::vector<Id>> sources(count, std::vector<Id>(length));
    for (std::vector<Id> &source : sources)
      std::ranges::generate(source, [&] { return id(random); });
    return sources;
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

  void addTime(const std::string &name, const std::vector<double> &seconds, double steps,
               double limitSeconds) {
    figures.push_back({name, "ms", seconds.front() / steps * 1e3,
                       seconds[seconds.size() / 2] / steps * 1e3, limitSeconds / steps * 1e3});
  }

  void benchEncode(size_t count, size_t length) {
    if (length > model.maximumSourceLength())
      return;
    std::vector<std::vector<Id>> sources;
    std::vector<double> seconds = measure([&] { sources = randomSources(count, length); },
                                          [&] { model.encodeBatch(sources); });
    addTime(fmt::format("encode {}x{}", count, length), seconds, 1,
            costs.encode(double(count), double(length)) / limits.floatOperations);
  }

  /// Exactly `tokens` new ones for each hypothesis: the end is not allowed before them.
  GenerateOptions fixedLength(size_t tokens, int beams) const {
    GenerateOptions result;
    const transept_generation_defaults &defaults = *model.table().generation;
    result.ignoreModelDefaults = true;
    result.beams = beams;
    result.minimumNewTokens = result.maximumNewTokens = int(tokens);
    result.decoderStart =
        defaults.decoder_start_id >= 0 ? defaults.decoder_start_id : defaults.beginning_id;
    result.ends.emplace(defaults.end_ids, defaults.end_ids + defaults.end_id_count);
    return result;
  }

  /// The least time for `steps` steps of `rows` rows: each is bound by reading the weights or by
  /// computing.
  double decodeLimit(double rows, double steps, double sourceLength) const {
    double keys = sourceLength + (steps + 1) / 2;
    double compute = rows * (costs.decodePerToken + costs.decodePerTokenAndKey * keys);
    return steps * std::max(costs.decodeBytes / limits.readBytes, compute / limits.floatOperations);
  }

  size_t targetLength(size_t wanted) const { return std::min(wanted, model.maximumTargetLength()); }

  void benchDecode(const DecodeCase &item) {
    size_t length = std::min<size_t>(64, model.maximumSourceLength()), steps = targetLength(64);
    GenerateOptions generation = fixedLength(steps, item.beams);
    std::vector<Source> sources;
    std::vector<double> seconds = measure(
        [&] {
          sources.clear();
          sources = model.encodeBatch(randomSources(item.sources, length));
        },
        [&] { model.generateBatch(sources, generation); });
    addTime(item.name, seconds, double(steps),
            decodeLimit(double(item.sources) * item.beams, double(steps), double(length)));
  }

  void benchEndToEnd(const std::string &name, int beams) {
    constexpr size_t count = 64;
    size_t length = std::min<size_t>(30, model.maximumSourceLength()), steps = targetLength(30);
    GenerateOptions generation = fixedLength(steps, beams);
    std::vector<std::vector<Id>> sources;
    std::vector<double> seconds =
        measure([&] { sources = randomSources(count, length); },
                [&] { model.generateBatch(model.encodeBatch(sources), generation); });
    double least = costs.encode(count, double(length)) / limits.floatOperations +
                   decodeLimit(double(count) * beams, double(steps), double(length));
    double tokens = double(count * steps);
    figures.push_back({name, "tokens/s", tokens / seconds.front(),
                       tokens / seconds[seconds.size() / 2], tokens / least, /*isRate=*/true});
  }

  const BenchOptions &options;
  Model model;
  ModelCosts costs;
  MachineLimits limits;
  std::mt19937 random{1};
  std::vector<Figure> figures;
};

void Bench::print() const {
  if (options.isJson) {
    Json list = Json::array();
    for (const Figure &figure : figures)
      list.push_back({{"name", figure.name},
                      {"unit", figure.unit},
                      {"best", figure.best},
                      {"median", figure.median},
                      {"limit", figure.limit},
                      {"fraction_of_limit", figure.fraction()}});
    Json object = {{"library", options.library},
                   {"name", model.name()},
                   {"threads", model.statistics().workers},
                   {"limits",
                    {{"instructions", limits.instructions},
                     {"float_operations_per_second", limits.floatOperations},
                     {"read_bytes_per_second", limits.readBytes},
                     {"read_buffer_bytes", limits.bufferBytes}}},
                   {"decode_weight_bytes", costs.decodeBytes},
                   {"figures", list}};
    fmt::print("{}\n", object.dump());
    return;
  }
  fmt::print("{}, {} thread(s). Limits now: {:.0f} GFLOP/s (f32 {}), reads {:.1f} GB/s over the "
             "{:.1f} MB of a decode step\n\n",
             model.name(), model.statistics().workers, limits.floatOperations / 1e9,
             limits.instructions, limits.readBytes / 1e9, double(limits.bufferBytes) / 1e6);
  fmt::print("{:<24}{:>12}{:>12}{:>12}  {:<10}{}\n", "", "best", "median", "limit", "",
             "of the limit");
  for (const Figure &figure : figures) {
    int digits = figure.isRate ? 0 : 3;
    fmt::print("{:<24}{:>12.{}f}{:>12.{}f}{:>12.{}f}  {:<10}{:>6.0f} %\n", figure.name, figure.best,
               digits, figure.median, digits, figure.limit, digits, figure.unit,
               figure.fraction() * 100);
  }
  fmt::print(
      "\ndecode: milliseconds a step over {} steps, search included, encode (which makes the "
      "cross-attention keys and values) not; end to end: 64 sources of 30 tokens, 30 new "
      "tokens each\n",
      targetLength(64));
}

} // namespace

void addBenchCommand(CLI::App &program) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App *command = program.add_subcommand(
      "bench", "measure encode and decode at standard sizes beside the machine's limits");
  command->add_option("LIB", options->library, "the library")->required();
  command->add_option("--threads", options->threads, "threads to use [all cores]")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--quick", options->isQuick, "few repetitions: to see that it runs");
  command->add_flag("--json", options->isJson, "print one JSON object");
  command->callback([options] {
    Bench bench(*options);
    bench.run();
    bench.print();
  });
}

} // namespace transept::driver
