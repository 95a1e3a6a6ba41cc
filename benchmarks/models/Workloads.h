// SPDX-License-Identifier: Apache-2.0
//
// What every contender is asked to do, and the interleaved measurement of it.

#ifndef TRANSEPT_BENCHMARKS_MODELS_WORKLOADS_H
#define TRANSEPT_BENCHMARKS_MODELS_WORKLOADS_H

#include "benchmarks/models/Contender.h"

#include <random>

namespace transept::benchmarks {

enum class Phase { Encode, Decode, EndToEnd };

struct Workload {
  std::string name;
  Phase phase = Phase::Encode;
  size_t sources = 1, length = 64; // tokens, or rows of features
  Generate generate = {};

  /// What times are given for: one step of decoding, everything else as a whole.
  double unitsPerRun() const { return phase == Phase::Decode ? double(generate.steps) : 1; }
};

/// What a model reads: ids, or so many rows of features of some width.
struct SourceShape {
  size_t vocabularySize = 0;
  size_t featureWidth = 0, featureCount = 0;

  bool areFeatures() const { return featureWidth != 0; }
};

/// The standard ones; few and short where only running them matters.
std::vector<Workload> workloads(const SourceShape &shape, bool isQuick);

struct NamedContender {
  std::string program, form, type;
  std::vector<Phase> phases; // what it is measured in
  std::unique_ptr<Contender> contender;
  std::string failure = ""; // why it is measured no more

  std::string label() const { return program + " " + type + (form.empty() ? "" : ", " + form); }
};

struct MeasureOptions {
  SourceShape shape = {};
  size_t rounds = 5;
  /// For one contender in one round, and in all rounds. There are two rounds at least, unless the
  /// first took `longRounds` times as long as all should.
  double secondsPerVisit = 0.2, secondsPerContender = 4, longRounds = 10;
  /// Runs of so many seconds count even if they are a contender's first.
  double longRunSeconds = 2;
  /// Between contenders: threads that spin when they wait for work fall asleep by then.
  double pauseSeconds = 0.05;
};

/// Seconds of every measured run of each contender, in their order, ascending. In each round every
/// contender has its turn, so that all see the same machine; none for those that the phase is not
/// for. The first run of a turn warms up; where encoding does not count, the others go on from what
/// it encoded.
std::vector<std::vector<double>> measure(const Workload &workload,
                                         std::vector<NamedContender> &contenders,
                                         const MeasureOptions &options);

/// Sources of one length of random ids or features; the same for the same numbers.
Sources randomSources(const SourceShape &shape, size_t count, size_t length, unsigned seed);

} // namespace transept::benchmarks

#endif
