// SPDX-License-Identifier: Apache-2.0
//
// Encodes what many callers wait for in common invocations: sources of several calls share the
// encoder's weights as those of one call do, and a long list does not hold up a short one.
#ifndef TRANSEPT_RUNTIME_ENGINE_ENCODEQUEUE_H
#define TRANSEPT_RUNTIME_ENGINE_ENCODEQUEUE_H

#include "runtime/base/StopRequest.h"
#include "runtime/cache/EncoderLease.h"
#include "runtime/threads/SharedWork.h"

#include <deque>
#include <span>
#include <utility>

namespace transept::runtime {

struct Engine;

class EncodeQueue {
public:
  explicit EncodeQueue(Engine &engine) : engine(engine) {}

  /// Fills entries that the caller has promised to fill, and publishes each as soon as it is there.
  /// Throws what went wrong, Error (Cancelled) where `stop` is made; those that are not filled are
  /// abandoned then. `stop` is asked on the calling thread.
  void fill(std::span<const EncoderLease *const> leases, const StopRequest &stop);

private:
  struct Job : SharedWorkCaller {
    std::span<const EncoderLease *const> leases;
    std::size_t next = 0; // of the leases: those before are filled, or being filled
  };
  using Batch = std::vector<std::pair<Job *, const EncoderLease *>>;

  void encodeSome(std::unique_lock<std::mutex> &guard);
  void endStopped();
  void takeBatch();
  void publish();
  void fail(Job &job, const std::exception_ptr &failure);

  Engine &engine;
  std::mutex mutex;
  SharedWork work;
  std::deque<Job *> jobs; // those that have leases left; the next lease is of the first
  Batch batch;            // of the leader
};

} // namespace transept::runtime

#endif
