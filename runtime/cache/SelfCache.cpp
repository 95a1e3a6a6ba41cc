// SPDX-License-Identifier: Apache-2.0
//
// Page tables and copy-on-write.

#include "runtime/cache/SelfCache.h"

#include <utility>

namespace transept::runtime {

SelfCache::SelfCache(SelfCache &&other) noexcept
    : pool(other.pool), table(std::move(other.table)), pointers(std::move(other.pointers)),
      filled(std::exchange(other.filled, 0)) {
  other.table.clear();
  other.pointers.clear();
}

SelfCache &SelfCache::operator=(SelfCache &&other) noexcept {
  std::swap(pool, other.pool);
  table.swap(other.table);
  pointers.swap(other.pointers);
  std::swap(filled, other.filled);
  return *this;
}

void SelfCache::assignFork(const SelfCache &other) {
  if (this == &other)
    return;
  clear();
  table.reserve(other.table.size());
  pointers.reserve(other.pointers.size());
  for (Page *page : other.table) {
    PagePool::retain(*page);
    table.push_back(page);
    pointers.push_back(page->memory.floats());
  }
  pool = other.pool;
  filled = other.filled;
}

void SelfCache::clear() {
  for (Page *page : table)
    pool->release(*page);
  table.clear();
  pointers.clear();
  filled = 0;
}

void SelfCache::prepare(std::int64_t count) {
  constexpr std::int64_t positions = TRANSEPT_KEY_BLOCK;
  std::size_t firstWritten = std::size_t(filled / positions);
  std::size_t needed = std::size_t((filled + count + positions - 1) / positions);
  // Pages at or behind firstWritten may be shared: the partly filled one, or spare ones that a
  // failed call left before a fork.
  for (std::size_t page = firstWritten; page < table.size() && page < needed; ++page) {
    if (PagePool::isUnique(*table[page]))
      continue;
    Page *own = pool->copy(*table[page]);
    pool->release(*table[page]);
    table[page] = own;
    pointers[page] = own->memory.floats();
  }
  while (table.size() < needed) {
    // Room first: a page must not be lost when a vector cannot grow.
    if (table.size() == table.capacity())
      table.reserve(table.size() * 2 + 4);
    if (pointers.size() == pointers.capacity())
      pointers.reserve(pointers.size() * 2 + 4);
    Page *page = pool->acquire();
    table.push_back(page);
    pointers.push_back(page->memory.floats());
  }
}

} // namespace transept::runtime
