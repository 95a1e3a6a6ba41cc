// SPDX-License-Identifier: Apache-2.0
//
// Every run has new sources, so that no cache of encoded sources helps anybody; all contenders have
// the same ones.

#include "benchmarks/models/Workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace transept::benchmarks {

using Clock = std::chrono::steady_clock;

std::vector<Workload> workloads(bool isQuick) {
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
                    .generate = {.beams = beams, .steps = isQuick ? size_t(8) : 64}});
  };
  auto endToEnd = [&](const char *name, size_t beams) {
    list.push_back({.name = name,
                    .phase = Phase::EndToEnd,
                    .sources = isQuick ? size_t(4) : 64,
                    .length = 30,
                    .generate = {.beams = beams, .steps = isQuick ? size_t(4) : 30}});
  };
  for (size_t length : {16, 64, 256, 512})
    if (!isQuick || length <= 64)
      encode(1, length);
  encode(8, 64);
  if (!isQuick)
    encode(32, 64);
  decode("decode, 1 hypothesis", 1, 1);
  decode("decode, beam 4", 1, 4);
  decode("decode, batch 8", 8, 1);
  if (!isQuick)
    decode("decode, batch 32", 32, 1);
  endToEnd("end to end, greedy", 1);
  endToEnd("end to end, beam 4", 4);
  return list;
}

std::vector<Ids> randomSources(size_t count, size_t length, size_t vocabularySize, unsigned seed) {
  std::mt19937 random(seed);
  // The ends of vocabularies hold what is special: start, end, padding.
  std::uniform_int_distribution<int32_t> id(2, int32_t(vocabularySize) - 2);
  std::vector<Ids> sources(count, Ids(length));
  for (Ids &source : sources)
    std::ranges::generate(source, [&] { return id(random); });
  return sources;
}

namespace {

/// Seconds of one run; encoding before a decode does not count.
double runOnce(const Workload &workload, Contender &contender, const std::vector<Ids> &sources) {
  Clock::time_point start = Clock::now();
  contender.encode(sources);
  if (workload.phase == Phase::Decode)
    start = Clock::now();
  if (workload.phase != Phase::Encode)
    contender.generate(workload.generate);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

std::vector<std::vector<double>> measure(const Workload &workload,
                                         std::vector<NamedContender> &contenders,
                                         const MeasureOptions &options) {
  std::vector<std::vector<double>> seconds(contenders.size());
  std::vector<double> spent(contenders.size());
  for (size_t round = 0; round != options.rounds; ++round)
    for (size_t index = 0; index != contenders.size(); ++index) {
      if (round >= 2 && spent[index] >= options.secondsPerContender)
        continue;
      std::this_thread::sleep_for(std::chrono::duration<double>(options.pauseSeconds));
      auto run = [&](size_t number) {
        std::vector<Ids> sources =
            randomSources(workload.sources, workload.length, options.vocabularySize,
                          unsigned(1000 * round + number));
        double taken = runOnce(workload, *contenders[index].contender, sources);
        spent[index] += taken;
        return taken;
      };
      // The first run of a turn warms up, which a long run hardly notices.
      double visit = run(0);
      if (visit > options.secondsPerVisit && (round != 0 || visit > options.longRunSeconds)) {
        seconds[index].push_back(visit);
        continue;
      }
      for (size_t number = 1; number == 1 || visit < options.secondsPerVisit; ++number) {
        seconds[index].push_back(run(number));
        visit += seconds[index].back();
      }
    }
  for (std::vector<double> &each : seconds)
    std::ranges::sort(each);
  return seconds;
}

} // namespace transept::benchmarks
