// SPDX-License-Identifier: Apache-2.0
//
// Whatever encodes has new sources, so that no cache of encoded sources helps anybody; all
// contenders have the same ones.

#include "benchmarks/models/Workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace transept::benchmarks {

using Clock = std::chrono::steady_clock;

std::vector<Workload> workloads(const SourceShape &shape, bool isQuick) {
  std::vector<Workload> list;
  auto encode = [&](size_t sources, size_t length) {
    list.push_back({.name = fmt::format("encode {} x {}", sources, length),
                    .phase = Phase::Encode,
                    .sources = sources,
                    .length = length});
  };
  auto decode = [&](const char *name, size_t sources, size_t beams) {
    list.push_back({.name = name,
                    .phase = Phase::Decode,
                    .sources = sources,
                    .length = shape.areFeatures() ? shape.featureCount : 64,
                    .generate = {.beams = beams, .steps = isQuick ? size_t(8) : 64}});
  };
  auto endToEnd = [&](const char *name, size_t beams) {
    list.push_back({.name = name,
                    .phase = Phase::EndToEnd,
                    .sources = isQuick ? size_t(4) : 64,
                    .length = 30,
                    .generate = {.beams = beams, .steps = isQuick ? size_t(4) : 30}});
  };
  if (shape.areFeatures()) {
    encode(1, shape.featureCount);
  } else {
    for (size_t length : {16, 64, 256, 512})
      if (!isQuick || length <= 64)
        encode(1, length);
    encode(8, 64);
    if (!isQuick)
      encode(32, 64);
  }
  decode("decode, 1 hypothesis", 1, 1);
  decode("decode, beam 4", 1, 4);
  decode("decode, batch 8", 8, 1);
  // Sounds are long: more of them at once take minutes and gigabytes.
  if (shape.areFeatures())
    return list;
  if (!isQuick)
    decode("decode, batch 32", 32, 1);
  endToEnd("end to end, greedy", 1);
  endToEnd("end to end, beam 4", 4);
  return list;
}

Sources randomSources(const SourceShape &shape, size_t count, size_t length, unsigned seed) {
  std::mt19937 random(seed);
  Sources sources;
  if (shape.areFeatures()) {
    std::normal_distribution<float> number;
    sources.features.assign(count, std::vector<float>(length * shape.featureWidth));
    for (std::vector<float> &source : sources.features)
      std::ranges::generate(source, [&] { return number(random); });
    return sources;
  }
  // The ends of vocabularies hold what is special: start, end, padding.
  std::uniform_int_distribution<int32_t> id(2, int32_t(shape.vocabularySize) - 2);
  sources.ids.assign(count, Ids(length));
  for (Ids &source : sources.ids)
    std::ranges::generate(source, [&] { return id(random); });
  return sources;
}

namespace {

class Turn {
public:
  Turn(const Workload &workload, const MeasureOptions &options, Contender &contender, size_t round)
      : workload(workload), options(options), contender(contender), round(round) {}

  /// Seconds of the next run.
  double run() {
    size_t number = runs++;
    bool isEncoded = workload.phase == Phase::Decode && number != 0;
    Sources sources;
    if (!isEncoded)
      sources = randomSources(options.shape, workload.sources, workload.length,
                              unsigned(1000 * round + number));
    Clock::time_point start = Clock::now();
    if (!isEncoded)
      contender.encode(sources);
    if (workload.phase == Phase::Decode)
      start = Clock::now();
    if (workload.phase != Phase::Encode)
      contender.generate(workload.generate);
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

private:
  const Workload &workload;
  const MeasureOptions &options;
  Contender &contender;
  size_t round, runs = 0;
};

} // namespace

std::vector<std::vector<double>> measure(const Workload &workload,
                                         std::vector<NamedContender> &contenders,
                                         const MeasureOptions &options) {
  std::vector<std::vector<double>> seconds(contenders.size());
  std::vector<double> spent(contenders.size());
  for (size_t round = 0; round < options.rounds; ++round)
    for (size_t index = 0; index < contenders.size(); ++index) {
      if (round >= 2 && spent[index] >= options.secondsPerContender)
        continue;
      std::this_thread::sleep_for(std::chrono::duration<double>(options.pauseSeconds));
      Turn turn(workload, options, *contenders[index].contender, round);
      // The first run of a turn warms up, which a long run hardly notices.
      double visit = turn.run();
      if (visit > options.secondsPerVisit && (round != 0 || visit > options.longRunSeconds)) {
        seconds[index].push_back(visit);
      } else {
        do {
          seconds[index].push_back(turn.run());
          visit += seconds[index].back();
        } while (visit < options.secondsPerVisit);
      }
      spent[index] += visit;
    }
  for (std::vector<double> &each : seconds)
    std::ranges::sort(each);
  return seconds;
}

} // namespace transept::benchmarks
