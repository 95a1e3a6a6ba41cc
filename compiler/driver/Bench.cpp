// SPDX-License-Identifier: Apache-2.0
//
// `transept bench`: encode and decode speed at standard sizes, each figure beside the limit of the
// machine as it is right now. Every repetition has new random sources, so that no encoder cache
// helps.

#include "compiler/driver/BenchReport.h"
#include "compiler/driver/BenchSources.h"
#include "compiler/driver/Commands.h"
#include "compiler/driver/ModelCosts.h"
#include "compiler/frontend/Json.h"

#include "transept/model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>

namespace transept::driver {

namespace {

using Json = nlohmann::ordered_json;

struct BenchOptions {
  std::string library;
  unsigned threads = 0;
  bool isQuick = false, isJson = false;
};

struct DecodeCase {
  const char *name;
  size_t sources;
  int beams;
};

/// The description, for what can be counted from it.
Json descriptionOf(const Model &model) {
  Json manifest = frontend::parseJson(model.manifest(), "manifest");
  if (model.targetVocabularySize() == 0 || !model.hasSource() || !manifest.contains("description"))
    throw std::runtime_error("only models with a source that generate tokens are measured");
  return manifest.at("description");
}

class Bench {
public:
  explicit Bench(const BenchOptions &options)
      : options(options),
        model(Model::open(options.library, {.threads = options.threads, .encoderCacheBytes = 0})),
        costs(costsOf(descriptionOf(model))), sources(model) {
    bool usesAvx512 = model.table().required_features & TRANSEPT_CPU_AVX512;
    limits = measureLimits({.threads = unsigned(model.statistics().workers),
                            .bufferBytes = size_t(costs.decodeBytes),
                            .usesAvx512 = usesAvx512,
                            .seconds = options.isQuick ? 0.1 : 0.5});
  }

  void run() {
    for (size_t length : sources.lengths())
      benchEncode(1, length);
    if (sources.areFeatures()) {
      benchEncode(4, sources.usualLength());
    } else {
      benchEncode(8, 64);
      benchEncode(32, 64);
    }
    for (DecodeCase item :
         {DecodeCase{"decode, 1 hypothesis", 1, 1}, DecodeCase{"decode, beam 4", 1, 4},
          DecodeCase{"decode, batch 8", 8, 1}, DecodeCase{"decode, batch 32", 32, 1}})
      if (!sources.areFeatures() || item.sources <= 8) // long sources would fill the memory
        benchDecode(item);
    benchEndToEnd("end to end, greedy", 1);
    benchEndToEnd("end to end, beam 4", 4);
  }

  BenchReport report() const;

private:
  /// The least seconds that encoding takes.
  double encodeLimit(double count, size_t length) const {
    double operations = costs.encode(count, double(sources.positions(length)));
    return (operations + costs.convolve(count, double(length))) / limits.floatOperations;
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
    if (!sources.fits(length))
      return;
    RandomSources made;
    std::vector<double> seconds = measure([&] { made = sources.make(count, length); },
                                          [&] { model.encodeBatch(made.inputs()); });
    addTime(fmt::format("encode {}x{}", count, length), seconds, 1,
            encodeLimit(double(count), length));
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
    size_t length = sources.usualLength(), steps = targetLength(64);
    GenerateOptions generation = fixedLength(steps, item.beams);
    std::vector<Source> encoded;
    std::vector<double> seconds = measure(
        [&] {
          encoded.clear();
          encoded = model.encodeBatch(sources.make(item.sources, length).inputs());
        },
        [&] { model.generateBatch(encoded, generation); });
    addTime(item.name, seconds, double(steps),
            decodeLimit(double(item.sources) * item.beams, double(steps),
                        double(sources.positions(length))));
  }

  void benchEndToEnd(const std::string &name, int beams) {
    size_t count = sources.manyCount(), length = sources.manyLength(), steps = targetLength(30);
    GenerateOptions generation = fixedLength(steps, beams);
    RandomSources made;
    std::vector<double> seconds =
        measure([&] { made = sources.make(count, length); },
                [&] { model.generateBatch(model.encodeBatch(made.inputs()), generation); });
    double least =
        encodeLimit(double(count), length) +
        decodeLimit(double(count) * beams, double(steps), double(sources.positions(length)));
    double tokens = double(count * steps);
    figures.push_back({name, "tokens/s", tokens / seconds.front(),
                       tokens / seconds[seconds.size() / 2], tokens / least, /*isRate=*/true});
  }

  const BenchOptions &options;
  Model model;
  ModelCosts costs;
  BenchSources sources;
  MachineLimits limits;
  std::vector<Figure> figures;
};

BenchReport Bench::report() const {
  std::string notes = fmt::format(
      "decode: milliseconds a step over {} steps, search included, encode (which makes the "
      "cross-attention keys and values) not; end to end: {} sources of {} {}, {} new tokens each",
      targetLength(64), sources.manyCount(), sources.manyLength(),
      sources.areFeatures() ? "rows" : "tokens", targetLength(30));
  if (sources.areFeatures())
    notes += fmt::format("\nsources: rows of {} random numbers, in place of sounds or images",
                         model.sourceFeatureWidth());
  return {.library = options.library,
          .model = std::string(model.name()),
          .threads = model.statistics().workers,
          .limits = limits,
          .decodeBytes = costs.decodeBytes,
          .figures = figures,
          .notes = notes};
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
    options->isJson ? printJson(bench.report()) : printTable(bench.report());
  });
}

} // namespace transept::driver
