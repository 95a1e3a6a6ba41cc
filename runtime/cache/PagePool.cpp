// SPDX-License-Identifier: Apache-2.0
//
// Handing out, copying and recycling self cache pages.

#include "runtime/cache/PagePool.h"

#include "transept/cache_sizes.h"
#include "transept/error.h"

#include <string>

namespace transept::runtime {
namespace {

/// Idle memory beyond this goes back to the system.
constexpr std::uint64_t idleLimitBytes = 256u << 20;

} // namespace

PagePool::PagePool(const transept_model_table &table, std::uint64_t limitBytes)
    : bytesPerPage(selfPageSize(table)),
      limitPages(limitBytes == 0 ? UINT64_MAX : limitBytes / bytesPerPage) {}

PagePool::~PagePool() {
  for (Page *page : idle)
    delete page;
}

Page *PagePool::take() {
  {
    std::lock_guard guard(mutex);
    if (inUse >= limitPages)
      throw Error(ErrorCode::OutOfMemory,
                  "the self cache limit allows " + std::to_string(limitPages) + " pages of " +
                      std::to_string(bytesPerPage) + " bytes, and all are in use");
    ++inUse;
    if (!idle.empty()) {
      Page *page = idle.back();
      idle.pop_back();
      page->references.store(1, std::memory_order_relaxed);
      return page;
    }
  }
  try {
    return new Page(bytesPerPage);
  } catch (...) {
    std::lock_guard guard(mutex);
    --inUse;
    throw;
  }
}

Page *PagePool::acquire() {
  Page *page = take();
  // Recycled pages too: a kernel may multiply what lies behind a sequence by 0, and 0 times an
  // infinity that another sequence left there would reach this one's result.
  page->memory.clear();
  return page;
}

Page *PagePool::copy(const Page &page) {
  Page *result = take();
  std::memcpy(result->memory.data(), page.memory.data(), bytesPerPage);
  std::lock_guard guard(mutex);
  ++copies;
  return result;
}

void PagePool::release(Page &page) {
  if (page.references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  bool isKept = false;
  {
    std::lock_guard guard(mutex);
    --inUse;
    if ((idle.size() + 1) * bytesPerPage <= idleLimitBytes) {
      try {
        idle.push_back(&page);
        isKept = true;
      } catch (const std::bad_alloc &) {
        // Then the page is freed below.
      }
    }
  }
  if (!isKept)
    delete &page;
}

void PagePool::addStatistics(transept_statistics &statistics) const {
  std::lock_guard guard(mutex);
  statistics.self_page_bytes = bytesPerPage;
  statistics.self_pages_in_use = inUse;
  statistics.self_pages_idle = idle.size();
  statistics.self_page_copies = copies;
}

} // namespace transept::runtime
