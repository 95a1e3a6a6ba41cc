// SPDX-License-Identifier: Apache-2.0
//
// Sizes the working memory of an invocation and hands it to the team.

#include "runtime/threads/ProgramRunner.h"

#include "runtime/library/Sizes.h"
#include "runtime/threads/UsableCores.h"

#include <mutex>

namespace transept::runtime {

ProgramRunner::ProgramRunner(const void *weights, std::uint32_t workerCount)
    : weights(weights), team(workerCount == 0 ? usableCores() : workerCount) {}

void ProgramRunner::run(const transept_program &program, transept_invocation &invocation,
                        std::uint64_t keyCount) {
  auto rows = static_cast<std::uint64_t>(invocation.row_count);
  std::uint64_t arenaBytes =
      addSizes(program.arena_bytes, multiplySizes(program.arena_bytes_per_row, rows));
  std::uint64_t stride =
      addSizes(program.scratch_bytes,
               multiplySizes(program.scratch_bytes_per_key, roundUp(keyCount, TRANSEPT_KEY_BLOCK)));
  stride = roundUp(stride, 64);

  std::lock_guard turn(turns);
  arena.reserve(arenaBytes);
  scratch.reserve(multiplySizes(stride, team.workerCount()));
  invocation.weights = weights;
  invocation.arena = arena.data();
  invocation.scratch = scratch.data();
  invocation.scratch_stride = stride;
  team.run(program.run, invocation);
  invocations.fetch_add(1, std::memory_order_relaxed);
}

} // namespace transept::runtime
