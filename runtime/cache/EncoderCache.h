// SPDX-License-Identifier: Apache-2.0
//
// The encoder KV cache of a model: finds sources that were encoded before by their content, lets
// only one thread encode a source at a time, and keeps within a budget by dropping what was not
// used for longest. An entry in use is never dropped, even when that exceeds the budget.
#ifndef TRANSEPT_RUNTIME_CACHE_ENCODERCACHE_H
#define TRANSEPT_RUNTIME_CACHE_ENCODERCACHE_H

#include "runtime/base/StopRequest.h"
#include "runtime/cache/EncoderEntry.h"
#include "runtime/cache/EncoderLease.h"
#include "transept/abi.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace transept::runtime {

/// All functions may be called from any thread.
class EncoderCache {
public:
  EncoderCache(const transept_model_table &table, std::uint64_t budgetBytes)
      : table(table), budgetBytes(budgetBytes) {}
  EncoderCache(const EncoderCache &) = delete;
  EncoderCache &operator=(const EncoderCache &) = delete;

  /// What the caller of find has to do before the entry can be used.
  enum class Duty {
    None, ///< the entry is ready, or this caller already promised to fill it
    Fill, ///< fill the entry, then call publish or abandon
    Wait  ///< another thread fills it: call waitFor, after all own fills were published
  };
  struct Found {
    EncoderLease lease;
    Duty duty;
  };

  /// Looks a source up, or makes an empty entry for it. `isOwnFill` tells whether this caller
  /// itself is filling a given entry (the same source twice in one batch). Throws std::bad_alloc.
  template <typename IsOwnFill> Found find(const PackedSource &source, IsOwnFill &&isOwnFill) {
    std::lock_guard guard(mutex);
    if (EncoderEntry *entry = lookUp(source)) {
      bool isFilling = entry->state == EncoderEntry::State::Filling;
      bool mustWait = isFilling && !isOwnFill(*entry);
      mustWait ? ++waits : ++hits;
      return {refer(*entry), mustWait ? Duty::Wait : Duty::None};
    }
    return {refer(insert(source)), Duty::Fill};
  }

  /// Makes the memory of an entry that the caller has to fill; outside the lock, because zeroing a
  /// long source takes time. Throws std::bad_alloc.
  void allocate(const EncoderLease &lease) const;
  /// Makes a filled entry visible to all and wakes those who wait for it.
  void publish(const EncoderLease &lease);
  /// Takes an entry whose filling failed out of the cache; those who wait try themselves.
  void abandon(const EncoderLease &lease);
  /// Waits until another thread has filled the entry; false if that failed. Throws Error
  /// (Cancelled) when `stop` is made meanwhile.
  bool waitFor(const EncoderLease &lease, const StopRequest &stop = {});

  /// Adds the encoder_* fields.
  void addStatistics(transept_statistics &statistics) const;

private:
  friend class EncoderLease;

  EncoderEntry *lookUp(const PackedSource &source);
  EncoderEntry &insert(const PackedSource &source);
  EncoderLease refer(EncoderEntry &entry);
  void release(EncoderEntry &entry);
  void evictFor(std::uint64_t newBytes);
  void remove(EncoderEntry &entry);
  std::uint64_t stateBytes(std::uint64_t length) const;
  using Entries = std::unordered_multimap<std::uint64_t, std::unique_ptr<EncoderEntry>>;
  Entries::iterator iteratorOf(const EncoderEntry &entry);

  const transept_model_table &table;
  const std::uint64_t budgetBytes;

  mutable std::mutex mutex;
  std::condition_variable filled;
  Entries entries;                        // by hash of the source
  std::list<EncoderEntry *> unreferenced; // least recently used first
  std::list<EncoderEntry *> referenced;   // nodes wait here, so that releasing never allocates
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0, misses = 0, waits = 0, evictions = 0;
};

} // namespace transept::runtime

#endif
