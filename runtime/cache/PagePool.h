// SPDX-License-Identifier: Apache-2.0
//
// The pages of the self KV cache: TRANSEPT_KEY_BLOCK positions of all decoder layers each, counted
// references, recycled. Sequences refer to pages through SelfCache.
#ifndef TRANSEPT_RUNTIME_CACHE_PAGEPOOL_H
#define TRANSEPT_RUNTIME_CACHE_PAGEPOOL_H

#include "runtime/platform/AlignedMemory.h"
#include "transept/abi.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace transept::runtime {

struct Page {
  explicit Page(std::uint64_t bytes) : memory(bytes) {}

  AlignedMemory memory;
  std::atomic<std::uint32_t> references{1};
};

/// All functions may be called from any thread.
class PagePool {
public:
  /// `limitBytes` bounds the pages in use, 0 for no bound.
  PagePool(const transept_model_table &table, std::uint64_t limitBytes);
  ~PagePool();
  PagePool(const PagePool &) = delete;
  PagePool &operator=(const PagePool &) = delete;

  /// A page of zeros with one reference. Throws Error when the limit is reached.
  Page *acquire();
  /// A page with one reference and the content of `page`.
  Page *copy(const Page &page);
  static void retain(Page &page) { page.references.fetch_add(1, std::memory_order_relaxed); }
  void release(Page &page);
  /// True when the caller holds the only reference and may write.
  static bool isUnique(const Page &page) {
    return page.references.load(std::memory_order_acquire) == 1;
  }

  std::uint64_t pageBytes() const { return bytesPerPage; }
  /// Pages that may be in use at once.
  std::uint64_t limit() const { return limitPages; }
  /// Adds the self_* fields.
  void addStatistics(transept_statistics &statistics) const;

private:
  Page *take();

  const std::uint64_t bytesPerPage;
  const std::uint64_t limitPages;
  mutable std::mutex mutex;
  std::vector<Page *> idle;
  std::uint64_t inUse = 0;
  std::uint64_t copies = 0;
};

} // namespace transept::runtime

#endif
