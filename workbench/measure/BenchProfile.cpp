// SPDX-License-Identifier: Apache-2.0
//
// On a machine that others use too, the fastest round is the one that they disturbed least.

#include "workbench/measure/BenchProfile.h"
#include "base/Error.h"

#include "transept/profile.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <functional>

namespace transept::workbench {

namespace {

class ProfileBench {
public:
  explicit ProfileBench(const BenchOptions &options) : options(options), bench(options) {}

  void profileEncode(const WorkloadText &work) {
    if (!bench.sources.fits(work.size))
      throw InputError(fmt::format(
          "--encode has sources of {} rows, but the model takes at most {} after its convolutions",
          work.size, bench.model.maximumSourceLength()));
    ProgramProfile best = fastest(
        [&](Profiler &profiler) {
          RandomSources made = bench.sources.make(work.count, work.size);
          profiler.restart();
          bench.model.encodeBatch(made.inputs());
        },
        &Profiler::encode);
    add("encode", fmt::format("encode {}x{}", work.count, work.size), best,
        {.sources = work.count, .sourceTokens = work.size});
  }

  void profileDecode(const WorkloadText &work) {
    size_t length = bench.sources.usualLength(), steps = bench.targetLength(64);
    GenerateOptions generation = bench.fixedLength(steps, int(work.size));
    ProgramProfile best = fastest(
        [&](Profiler &profiler) {
          auto encoded = bench.model.encodeBatch(bench.sources.make(work.count, length).inputs());
          profiler.restart();
          bench.model.generateBatch(encoded, generation);
        },
        &Profiler::decode);
    add("decode",
        fmt::format("decode, {} hypotheses ({} sources of {}, beams {}), mean of {} steps",
                    work.count * work.size, work.count, length, work.size, steps),
        best,
        {.sources = work.count, .sourceTokens = length, .hypotheses = work.size, .steps = steps});
  }

  void profileSources(const ProfileRequest &request) {
    size_t count = request.sources.size(), tokens = 0;
    for (const std::vector<Id> &ids : request.sources)
      tokens += ids.size();
    auto beams = size_t(request.generation.beams.value_or(1));
    ProgramProfile best = fastest(
        [&](Profiler &profiler) {
          profiler.restart();
          bench.model.encodeBatch(request.sources);
        },
        &Profiler::encode);
    add("encode", fmt::format("encode {} sources of {} tokens together", count, tokens), best,
        {.sources = count, .sourceTokens = tokens / count});
    best = fastest(
        [&](Profiler &profiler) {
          auto encoded = bench.model.encodeBatch(request.sources);
          profiler.restart();
          bench.model.generateBatch(encoded, request.generation);
        },
        &Profiler::decode);
    add("decode", fmt::format("decode {} sources, mean of {} steps", count, best.invocations), best,
        {.sources = count,
         .sourceTokens = tokens / count,
         .hypotheses = beams,
         .steps = best.invocations});
  }

  ProfileReport report() {
    bench.improveLimits();
    std::vector<WorkloadProfile> workloads;
    for (Measured &measured : all) {
      const MachineLimits::Reading &reading = measured.workload.program == "encode"
                                                  ? bench.limits.encodeWeights
                                                  : bench.limits.decodeWeights;
      measured.workload.launches = figuresOf(measured.profile, bench.limits, reading);
      workloads.push_back(std::move(measured.workload));
    }
    return {.library = options.library,
            .model = std::string(bench.model.name()),
            .level = bench.model.level().name,
            .threads = bench.model.statistics().workers,
            .limits = bench.limits,
            .workloads = std::move(workloads)};
  }

  size_t usualLength() const {
    size_t wanted = bench.sources.areFeatures() ? bench.sources.usualLength() : 256;
    while (wanted > 1 && !bench.sources.fits(wanted))
      --wanted;
    return wanted;
  }

private:
  using Round = std::function<void(Profiler &)>;

  /// The round whose runs were shortest; the first one warms up.
  ProgramProfile fastest(const Round &round, ProgramProfile (Profiler::*profile)() const) {
    Profiler profiler(bench.model);
    ProgramProfile best;
    double enough = options.isQuick ? 0.1 : 1.5, spent = 0;
    size_t minimum = options.isQuick ? 2 : 5, maximum = options.isQuick ? 5 : 100;
    round(profiler);
    for (size_t count = 0; count < minimum || (spent < enough && count < maximum); ++count) {
      round(profiler);
      ProgramProfile measured = (profiler.*profile)();
      spent += measured.seconds;
      if (count == 0 || secondsOfRun(measured) < secondsOfRun(best))
        best = std::move(measured);
    }
    return best;
  }

  static double secondsOfRun(const ProgramProfile &profile) {
    return profile.seconds / double(std::max<uint64_t>(1, profile.invocations));
  }

  void add(const std::string &program, const std::string &workload, const ProgramProfile &profile,
           const ProfiledRequest &request) {
    auto runs = double(std::max<uint64_t>(1, profile.invocations));
    all.push_back({.workload = {.program = program,
                                .workload = workload,
                                .request = request,
                                .invocations = profile.invocations,
                                .rows = double(profile.rows) / runs,
                                .seconds = secondsOfRun(profile)},
                   .profile = profile});
  }

  const BenchOptions &options;
  BenchModel bench;
  /// Figures wait for the last limits.
  struct Measured {
    WorkloadProfile workload;
    ProgramProfile profile;
  };
  std::vector<Measured> all;
};

} // namespace

WorkloadText parseWorkload(const std::string &option, const std::string &text) {
  WorkloadText work;
  const char *end = text.data() + text.size();
  auto count = std::from_chars(text.data(), end, work.count);
  if (count.ec == std::errc() && count.ptr != end && *count.ptr == 'x') {
    auto size = std::from_chars(count.ptr + 1, end, work.size);
    if (size.ec == std::errc() && size.ptr == end && work.count > 0 && work.size > 0 &&
        work.count <= 4096 && work.size <= 1000000)
      return work;
  }
  throw CLI::ValidationError(option, "expects two numbers from 1 on like 8x64, at most "
                                     "4096x1000000, but got '" +
                                         text + "'");
}

ProfileReport profileRequest(const BenchOptions &options, const ProfileRequest &request) {
  ProfileBench profile(options);
  profile.profileSources(request);
  return profile.report();
}

ProfileReport profileModel(const BenchOptions &options) {
  ProfileBench profile(options);
  profile.profileEncode(options.encode.empty() ? WorkloadText{1, profile.usualLength()}
                                               : parseWorkload("--encode", options.encode));
  for (const std::string &text : options.decode)
    profile.profileDecode(parseWorkload("--decode", text));
  return profile.report();
}

} // namespace transept::workbench
