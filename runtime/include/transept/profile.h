// SPDX-License-Identifier: Apache-2.0
//
// Where the time of a model goes: every launch of its two programs, measured while it works.
//
//     transept::Profiler profiler(model);
//     model.generate(model.encode(ids));
//     for (const transept::LaunchProfile &launch : profiler.decode().launches)
//       std::cout << launch.label << " " << launch.seconds << "\n";
#ifndef TRANSEPT_PROFILE_H
#define TRANSEPT_PROFILE_H

#include "transept/model.h"

namespace transept {

/// One launch (or barrier) of a program, summed over all runs that were measured.
struct LaunchProfile {
  /// The operation of the graph, e.g. decoder.layers.3.cross_attention; empty for a barrier.
  std::string_view label;
  /// What it does: linear, attend, search, ..., barrier.
  std::string_view kind;
  /// TRANSEPT_ARITHMETIC_*: what its products are computed in.
  std::uint32_t arithmetic = TRANSEPT_ARITHMETIC_F32;
  /// Mean over the workers; all launches together are the time of the program but for its start and
  /// end. A barrier's is the time of waiting.
  double seconds = 0;
  /// From the first worker's start to the last one's end: with how unevenly the work is shared, and
  /// what the machine had for it, whenever each of them got to it.
  double longestSeconds = 0;
  /// What the work needs at least: bytes read and written, multiply-adds counted as two.
  double weightBytes = 0, keyBytes = 0, rowBytes = 0, operations = 0;

  bool isBarrier() const { return kind == "barrier"; }
};

struct ProgramProfile {
  std::uint64_t invocations = 0;
  std::uint64_t rows = 0; // of all invocations together
  std::uint64_t workers = 0;
  /// From start to end of each invocation, on the calling thread.
  double seconds = 0;
  /// In the order in which they run.
  std::vector<LaunchProfile> launches = {};
};

/// Measures a model, with all its sessions, as long as this object lives. One at a time for a
/// model.
class Profiler {
public:
  explicit Profiler(const Model &model) : model(model) { restart(); }
  Profiler(const Profiler &) = delete;
  Profiler &operator=(const Profiler &) = delete;
  ~Profiler() { runtime().set_profiling(handle(), 0); }

  /// Forgets what was measured so far.
  void restart() { runtime().set_profiling(handle(), 1); }

  ProgramProfile encode() const { return profileOf(*model.level().encode); }
  ProgramProfile decode() const { return profileOf(*model.level().decode); }

private:
  const transept_runtime &runtime() const { return model.opened().runtime(); }
  transept_model *handle() const { return model.opened().model(); }

  ProgramProfile profileOf(const transept_program &program) const {
    transept_program_profile summary{};
    summary.structure_size = sizeof(summary);
    std::vector<transept_launch_profile> measured(program.launch_count);
    model.opened().call(runtime().profile, handle(), &program, &summary, measured.data());
    ProgramProfile result{.invocations = summary.invocations,
                          .rows = summary.rows,
                          .workers = summary.workers,
                          .seconds = double(summary.nanoseconds) * 1e-9};
    for (std::uint64_t index = 0; index < program.launch_count; ++index) {
      const transept_launch &launch = program.launches[index];
      const transept_launch_profile &sums = measured[index];
      result.launches.push_back(
          {.label = launch.label,
           .kind = launch.kind,
           .arithmetic = launch.arithmetic,
           .seconds = double(sums.nanoseconds) * 1e-9 / double(summary.workers),
           .longestSeconds = double(sums.longest_nanoseconds) * 1e-9,
           .weightBytes = double(sums.weight_bytes),
           .keyBytes = double(sums.key_bytes),
           .rowBytes = double(sums.row_bytes),
           .operations = double(sums.operations)});
    }
    return result;
  }

  Model model;
};

} // namespace transept

#endif
