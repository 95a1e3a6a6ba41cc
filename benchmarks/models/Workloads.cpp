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
    double seconds = isEncoded ? 0 : contender.encode(sources);
    if (workload.phase == Phase::Decode)
      seconds = 0;
    if (workload.phase != Phase::Encode)
      seconds += contender.generate(workload.generate).seconds;
    return seconds;
  }

private:
  const Workload &workload;
  const MeasureOptions &options;
  Contender &contender;
  size_t round, runs = 0;
};

/// Appends the seconds of one contender's turn; returns those that the turn took. By the clock:
/// what contenders say of themselves leaves out what is not their work.
double takeTurn(const MeasureOptions &options, Turn turn, size_t round,
                std::vector<double> &seconds) {
  auto start = std::chrono::steady_clock::now();
  auto visit = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // The first run of a turn warms up, which a long run hardly notices.
  double first = turn.run();
  if (first > options.secondsPerVisit && (round != 0 || first > options.longRunSeconds)) {
    seconds.push_back(first);
  } else {
    do
      seconds.push_back(turn.run());
    while (visit() < options.secondsPerVisit);
  }
  return visit();
}

} // namespace

std::vector<std::vector<double>> measure(const Workload &workload,
                                         std::vector<NamedContender> &contenders,
                                         const MeasureOptions &options) {
  std::vector<std::vector<double>> seconds(contenders.size());
  std::vector<double> spent(contenders.size());
  for (size_t round = 0; round < options.rounds; ++round)
    for (size_t index = 0; index < contenders.size(); ++index) {
      NamedContender &each = contenders[index];
      bool isFor = std::ranges::count(each.phases, workload.phase) != 0;
      double enough = (round == 1 ? options.longRounds : 1) * options.secondsPerContender;
      if (!isFor || (round != 0 && spent[index] >= enough))
        continue;
      std::this_thread::sleep_for(std::chrono::duration<double>(options.pauseSeconds));
      try {
        spent[index] += takeTurn(options, Turn(workload, options, *each.contender, round), round,
                                 seconds[index]);
      } catch (const std::exception &error) {
        each.failure = error.what();
        each.phases.clear();
        seconds[index].clear();
      }
    }
  for (std::vector<double> &each : seconds) {
    // What is a difference of two times may be lost in their noise.
    std::erase_if(each, [](double value) { return value <= 0; });
    std::ranges::sort(each);
  }
  return seconds;
}

} // namespace transept::benchmarks
