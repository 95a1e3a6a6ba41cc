// SPDX-License-Identifier: Apache-2.0
//
// Each invocation takes one source of every caller in turn until it has enough rows.

#include "runtime/engine/EncodeQueue.h"

#include "runtime/base/RowCounts.h"
#include "runtime/base/Sizes.h"
#include "runtime/engine/Engine.h"

#include <algorithm>
#include <cstring>

namespace transept::runtime {
namespace {

/// Rows of one encode invocation for each worker, unless a single source has more: enough for
/// products to be bound by arithmetic, few enough that what layers hand to each other stays in the
/// second-level caches, and that callers with one source do not wait long for those with many.
constexpr std::uint64_t rowsPerWorker = 256;
constexpr std::uint64_t mostRows = 4096;

/// Runs the encoder over some entries at once.
void runEncoder(Engine &engine, std::span<const EncoderLease *const> leases) {
  std::vector<std::int32_t> ids, positions;
  std::vector<std::int64_t> offsets{0};
  std::span<const float> features;
  std::vector<float *> entries;
  std::uint64_t longest = 0;
  for (const EncoderLease *lease : leases) {
    const PackedSource &source = (*lease)->source;
    engine.encoderCache.allocate(*lease);
    ids.insert(ids.end(), source.ids.begin(), source.ids.end());
    positions.insert(positions.end(), source.positions.begin(), source.positions.end());
    features = source.features;
    offsets.push_back(std::int64_t(positions.size()));
    entries.push_back((*lease)->keysAndValues.floats());
    longest = std::max(longest, (*lease)->length());
  }
  std::uint64_t width = engine.table.encoder_hidden_size;
  transept_invocation invocation{};
  invocation.ids = ids.data();
  invocation.features = features.data();
  if (engine.table.source_feature_width != 0) {
    // The only source. Its padding passes through the convolutions, too, but is outside of the
    // sequence, so that nothing attends to it.
    std::uint64_t count = features.size() / engine.table.source_feature_width;
    invocation.feature_count = std::int64_t(count);
    std::uint64_t rows = rowsAfterSteps(engine.table, count);
    while (positions.size() < rows)
      positions.push_back(std::int32_t(positions.size()));
  }
  // Global tokens are of the only source, too.
  std::vector<std::int32_t> marks;
  if (engine.table.has_global_tokens != 0) {
    const std::vector<std::int64_t> &globals = (*leases.front())->source.globals;
    marks.assign(positions.size(), 0);
    for (std::int64_t row : globals)
      marks[std::size_t(row)] = 1;
    invocation.requested_count = std::int64_t(globals.size());
    invocation.requested_rows = globals.data();
    invocation.request_marks = marks.data();
  }
  AlignedMemory states(multiplySizes(positions.size(), width * sizeof(float)));
  invocation.row_count = std::int64_t(positions.size());
  invocation.positions = positions.data();
  invocation.sequence_count = std::int64_t(leases.size());
  invocation.sequence_offsets = offsets.data();
  invocation.encoder_entries = entries.data();
  invocation.states = states.floats();
  engine.runner.run(*engine.level.encode, invocation, longest, ProgramRole::Host);
  for (std::size_t index = 0; index < leases.size(); ++index) {
    const EncoderEntry &entry = **leases[index];
    std::memcpy(entry.states.data(), states.floats() + std::uint64_t(offsets[index]) * width,
                entry.states.bytes());
  }
}

} // namespace

void EncodeQueue::fill(std::span<const EncoderLease *const> leases, const StopRequest &stop) {
  if (leases.empty())
    return;
  Job job;
  job.leases = leases;
  job.stop = stop;
  std::unique_lock guard(mutex);
  try {
    work.makeRoom();
    jobs.push_back(&job);
  } catch (...) {
    fail(job, std::current_exception());
  }
  work.attend(guard, job, [&](std::unique_lock<std::mutex> &held) {
    held.unlock();
    job.askToStop();
    held.lock();
    encodeSome(held);
  });
  if (job.failure)
    std::rethrow_exception(job.failure);
}

/// Takes a job's rest out of the queue; what a batch has of it is its leader's.
void EncodeQueue::fail(Job &job, const std::exception_ptr &failure) {
  std::erase(jobs, &job);
  for (; job.next != job.leases.size(); ++job.next)
    engine.encoderCache.abandon(*job.leases[job.next]);
  SharedWork::finish(job, failure);
}

void EncodeQueue::endStopped() {
  for (std::size_t index = 0; index < jobs.size();) {
    Job &job = *jobs[index];
    if (job.isStopped.load(std::memory_order_acquire))
      fail(job, job.stopError);
    else
      ++index;
  }
}

void EncodeQueue::takeBatch() {
  batch.clear();
  bool isAlone = engine.table.source_feature_width != 0 || engine.table.encodes_one_source != 0;
  std::uint64_t room = std::min(rowsPerWorker * engine.runner.workerCount(), mostRows), rows = 0;
  while (!jobs.empty()) {
    Job &job = *jobs.front();
    const EncoderLease *lease = job.leases[job.next];
    std::uint64_t length = (*lease)->length();
    if (!batch.empty() && (isAlone || rows + length > room))
      return;
    batch.emplace_back(&job, lease);
    rows += length;
    jobs.pop_front();
    if (++job.next != job.leases.size())
      jobs.push_back(&job);
  }
}

void EncodeQueue::publish() {
  for (auto &[job, lease] : batch)
    engine.encoderCache.publish(*lease);
  for (auto entry = batch.begin(); entry != batch.end(); ++entry) {
    Job &job = *entry->first;
    bool isLast = std::none_of(entry + 1, batch.end(),
                               [&](const auto &other) { return other.first == &job; });
    if (isLast && job.next == job.leases.size())
      SharedWork::finish(job);
  }
}

/// Everybody who has a part in a batch that fails is told so.
void EncodeQueue::encodeSome(std::unique_lock<std::mutex> &guard) {
  std::exception_ptr failure;
  try {
    endStopped();
    if (jobs.empty())
      return;
    takeBatch();
    std::vector<const EncoderLease *> leases;
    for (auto &[job, lease] : batch)
      leases.push_back(lease);
    guard.unlock();
    runEncoder(engine, leases);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!guard.owns_lock())
    guard.lock();
  if (!failure)
    return publish();
  if (batch.empty() && !jobs.empty())
    fail(*jobs.front(), failure);
  for (auto &[job, lease] : batch)
    engine.encoderCache.abandon(*lease);
  for (auto &[job, lease] : batch)
    if (!job->isDone)
      fail(*job, failure);
}

} // namespace transept::runtime
