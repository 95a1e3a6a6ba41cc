// SPDX-License-Identifier: Apache-2.0
//
// What stands behind the opaque handles of the C ABI. Each keeps alive what it needs.
#ifndef TRANSEPT_RUNTIME_ENGINE_HANDLES_H
#define TRANSEPT_RUNTIME_ENGINE_HANDLES_H

#include "runtime/cache/SelfCache.h"
#include "runtime/engine/Engine.h"

#include <memory>
#include <utility>

namespace transept::runtime {
class Scheduler;
class Submissions;
class Request;
} // namespace transept::runtime

struct transept_model {
  std::shared_ptr<transept::runtime::Engine> engine;
  std::shared_ptr<transept::runtime::Scheduler> scheduler;     // of the engine
  std::shared_ptr<transept::runtime::Submissions> submissions; // of both: given up first
};

struct transept_request {
  std::shared_ptr<transept::runtime::Engine> engine;
  std::shared_ptr<transept::runtime::Request> request;
};

struct transept_source {
  std::shared_ptr<transept::runtime::Engine> engine;
  transept::runtime::EncoderLease lease; // after engine: given back first
  // The ids as they were given, masked ones included: what n-gram rules look at.
  std::vector<std::int32_t> givenIds;
  std::atomic<std::uint64_t> references{1};
};

namespace transept::runtime {

/// A counted reference to a source handle.
class SourceReference {
public:
  SourceReference() = default;
  /// Takes over one reference.
  explicit SourceReference(transept_source *source) : source(source) {}
  SourceReference(const SourceReference &other) : source(other.source) {
    if (source)
      source->references.fetch_add(1, std::memory_order_relaxed);
  }
  SourceReference(SourceReference &&other) noexcept
      : source(std::exchange(other.source, nullptr)) {}
  SourceReference &operator=(SourceReference other) noexcept {
    std::swap(source, other.source);
    return *this;
  }
  ~SourceReference() {
    if (source && source->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete source;
  }

  /// One more reference to a source that the caller keeps alive meanwhile.
  static SourceReference share(transept_source &source) {
    source.references.fetch_add(1, std::memory_order_relaxed);
    return SourceReference(&source);
  }
  /// The reference, to be given back by the caller.
  transept_source *detach() { return std::exchange(source, nullptr); }

  transept_source &operator*() const { return *source; }
  transept_source *operator->() const { return source; }

private:
  transept_source *source = nullptr;
};

} // namespace transept::runtime

struct transept_decoder {
  transept::runtime::SourceReference source;
  transept::runtime::SelfCache cache;
};

#endif
