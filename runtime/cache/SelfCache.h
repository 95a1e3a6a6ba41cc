// SPDX-License-Identifier: Apache-2.0
//
// The self KV cache of one target sequence: a table of pages. A fork shares all pages; whoever
// appends first to a shared, partly filled page gets a copy of that one page. Full pages are never
// copied.
#ifndef TRANSEPT_RUNTIME_CACHE_SELFCACHE_H
#define TRANSEPT_RUNTIME_CACHE_SELFCACHE_H

#include "runtime/cache/PagePool.h"

namespace transept::runtime {

/// One thread at a time; forks of one cache may be used by different threads.
class SelfCache {
public:
  explicit SelfCache(PagePool &pool) : pool(&pool) {}
  SelfCache(SelfCache &&other) noexcept;
  SelfCache &operator=(SelfCache &&other) noexcept;
  ~SelfCache() { clear(); }

  /// Becomes a fork of `other`, reusing this object's memory.
  void assignFork(const SelfCache &other);
  /// Gives all pages back; the length is 0 then.
  void clear();

  /// Positions that are filled.
  std::int64_t length() const { return filled; }
  /// Makes the pages of the next `count` positions exist and belong to this sequence alone. If it
  /// throws, the sequence is as before.
  void prepare(std::int64_t count);
  /// Counts `count` positions as filled, after an invocation wrote them.
  void commit(std::int64_t count) { filled += count; }
  /// Forgets the positions from `length` on; their pages stay for what comes next.
  void truncate(std::int64_t length) { filled = length; }

  /// The table as the ABI wants it; valid until the next change.
  float *const *pages() const { return pointers.data(); }

private:
  PagePool *pool;
  std::vector<Page *> table;
  std::vector<float *> pointers; // table[i]'s memory
  std::int64_t filled = 0;
};

} // namespace transept::runtime

#endif
