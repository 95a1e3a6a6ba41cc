// SPDX-License-Identifier: Apache-2.0
//
// One reference to an encoder cache entry: while it lives, the entry stays.
#ifndef TRANSEPT_RUNTIME_CACHE_ENCODERLEASE_H
#define TRANSEPT_RUNTIME_CACHE_ENCODERLEASE_H

#include "runtime/cache/EncoderEntry.h"

#include <utility>

namespace transept::runtime {

class EncoderCache;

/// Move-only; gives the reference back when destroyed. Must not outlive the cache.
class EncoderLease {
public:
  EncoderLease() = default;
  EncoderLease(EncoderLease &&other) noexcept
      : cache(std::exchange(other.cache, nullptr)), held(std::exchange(other.held, nullptr)) {}
  EncoderLease &operator=(EncoderLease &&other) noexcept {
    std::swap(cache, other.cache);
    std::swap(held, other.held);
    return *this;
  }
  ~EncoderLease();

  const EncoderEntry &operator*() const { return *held; }
  const EncoderEntry *operator->() const { return held; }
  /// For the thread that fills it.
  EncoderEntry &entry() const { return *held; }

private:
  friend class EncoderCache;
  EncoderLease(EncoderCache &cache, EncoderEntry &held) : cache(&cache), held(&held) {}

  EncoderCache *cache = nullptr;
  EncoderEntry *held = nullptr;
};

} // namespace transept::runtime

#endif
