// SPDX-License-Identifier: Apache-2.0
//
// Lengths of sentences are a log-normal fit of those of WMT's newstest2014 in tokens, mean 30, so
// that many are short and some long; results are as long as sources.

#include "Workload.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace transept::benchmarks {

namespace {

struct Lengths {
  double middle, spread, least, most;
};

constexpr Lengths kSentences{26, 0.55, 4, 120}, kDocuments{300, 0.3, 100, 450};
/// 30 seconds of speech are some 75 words.
constexpr Lengths kSounds{100, 0.3, 10, 220};
constexpr double kBurst = 2; // seconds from one to the next

std::size_t draw(const Lengths &lengths, std::mt19937_64 &random) {
  std::lognormal_distribution<double> values(std::log(lengths.middle), lengths.spread);
  return std::size_t(std::clamp(values(random), lengths.least, lengths.most));
}

std::vector<double> drawTimes(const std::string &arrivals, double rate, double seconds,
                              std::mt19937_64 &random) {
  if (arrivals != "poisson" && arrivals != "bursty")
    throw std::invalid_argument("arrivals are poisson or bursty, not " + arrivals);
  bool isBursty = arrivals == "bursty";
  std::exponential_distribution<double> gaps(rate);
  std::vector<double> times;
  for (double time = gaps(random); time < seconds; time += gaps(random))
    // Each burst has what comes in all of its time.
    times.push_back(isBursty ? std::floor(time / kBurst) * kBurst + std::fmod(time, kBurst) / 4
                             : time);
  return times;
}

} // namespace

std::vector<Arrival> draw(const Workload &workload, const Model *texts, const Model *sounds,
                          std::span<const float> sound, double rate, double seconds) {
  bool isMixed = workload.name == "mixed", hasSounds = isMixed || workload.name == "sounds";
  bool isDocuments = workload.name == "documents";
  if (!hasSounds && !isDocuments && workload.name != "sentences")
    throw std::invalid_argument("workloads are sentences, documents, sounds and mixed, not " +
                                workload.name);
  if ((hasSounds && !sounds) || ((isMixed || !hasSounds) && !texts))
    throw std::invalid_argument(workload.name + " needs a model of " +
                                (hasSounds && !sounds ? "sounds" : "texts"));
  std::mt19937_64 random(std::uint64_t(rate * 1000));
  std::vector<Arrival> arrivals;
  for (double time : drawTimes(workload.arrivals, rate, seconds, random)) {
    bool isSound = hasSounds && (!isMixed || arrivals.size() % 10 == 9);
    Arrival arrival{.time = time,
                    .model = isSound ? sounds : texts,
                    .isSound = isSound,
                    .ids = {},
                    .features = isSound ? sound : std::span<const float>(),
                    .beams = isSound          ? 1
                             : workload.beams ? workload.beams
                             : isDocuments    ? 4u
                                              : 1u,
                    .newTokens = draw(isSound       ? kSounds
                                      : isDocuments ? kDocuments
                                                    : kSentences,
                                      random)};
    if (!isSound) {
      std::uniform_int_distribution<Id> ids(4, Id(texts->sourceVocabularySize() - 2));
      arrival.ids.reserve(arrival.newTokens);
      for (std::size_t left = arrival.newTokens; left != 0; --left)
        arrival.ids.push_back(ids(random));
    }
    arrivals.push_back(std::move(arrival));
  }
  return arrivals;
}

} // namespace transept::benchmarks
