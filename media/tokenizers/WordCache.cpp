// SPDX-License-Identifier: Apache-2.0
//
// A hash table of pointers to entries that never change or move. A word has four places to be.

#include "media/tokenizers/WordCache.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace transept::text {

namespace {

constexpr size_t placeCount = 16384, placesOfAWord = 4;
constexpr size_t longestWord = 64, mostValues = 32;

uint64_t hashOf(std::string_view word) {
  constexpr uint64_t factor = 0x9e3779b97f4a7c15;
  uint64_t hash = word.size() * factor;
  while (!word.empty()) {
    uint64_t part = 0;
    size_t size = std::min(word.size(), sizeof(part));
    std::memcpy(&part, word.data(), size);
    word.remove_prefix(size);
    hash = (hash ^ part) * factor;
    hash ^= hash >> 32;
  }
  // The last bytes of a part have come to the upper bits alone, and places go by the lowest.
  hash *= factor;
  return hash ^ hash >> 32;
}

} // namespace

/// The values lie behind it, and the word behind them.
struct WordCache::Entry {
  uint32_t hash;
  uint16_t length, count;

  int32_t *values() { return reinterpret_cast<int32_t *>(this + 1); }
  const int32_t *values() const { return reinterpret_cast<const int32_t *>(this + 1); }
  char *word() { return reinterpret_cast<char *>(values() + count); }
  const char *word() const { return reinterpret_cast<const char *>(values() + count); }
};

WordCache::WordCache() : entries(new std::atomic<const Entry *>[placeCount]()) {}

WordCache::~WordCache() {
  for (size_t place = 0; place < placeCount; ++place)
    ::operator delete(const_cast<Entry *>(entries[place].load(std::memory_order_relaxed)));
}

std::optional<std::span<const int32_t>> WordCache::find(std::string_view word) const {
  if (word.size() > longestWord)
    return std::nullopt;
  uint64_t hash = hashOf(word);
  for (size_t probe = 0; probe < placesOfAWord; ++probe) {
    const Entry *entry = entries[(hash + probe) % placeCount].load(std::memory_order_acquire);
    if (!entry)
      break;
    if (entry->hash == uint32_t(hash >> 32) && entry->length == word.size() &&
        std::memcmp(entry->word(), word.data(), word.size()) == 0)
      return std::span(entry->values(), entry->count);
  }
  return std::nullopt;
}

void WordCache::insert(std::string_view word, std::span<const int32_t> values) const {
  if (word.size() > longestWord || values.size() > mostValues)
    return;
  uint64_t hash = hashOf(word);
  for (size_t probe = 0; probe < placesOfAWord; ++probe) {
    auto &place = entries[(hash + probe) % placeCount];
    if (place.load(std::memory_order_relaxed))
      continue;
    size_t size = sizeof(Entry) + values.size() * sizeof(int32_t) + word.size();
    auto *entry = new (::operator new(size))
        Entry{uint32_t(hash >> 32), uint16_t(word.size()), uint16_t(values.size())};
    std::ranges::copy(values, entry->values());
    std::ranges::copy(word, entry->word());
    const Entry *expected = nullptr;
    if (!place.compare_exchange_strong(expected, entry, std::memory_order_release,
                                       std::memory_order_relaxed))
      ::operator delete(entry);
    return;
  }
}

} // namespace transept::text
