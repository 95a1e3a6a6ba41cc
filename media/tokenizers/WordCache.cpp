// SPDX-License-Identifier: Apache-2.0
//
// A hash table of pointers to entries that never change or move. A word has four places to be; a
// part of the hash lies in a table of its own, so that what is not there is seen from it alone.

#include "media/tokenizers/WordCache.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace transept::text {

namespace {

constexpr size_t placeCount = 32768, placesOfAWord = 4;

template <typename Number> Number numberAt(const char *bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

/// Calls `use` with numbers that hold all bytes of a word, some of them twice.
template <typename Use> void forEachNumber(std::string_view word, Use use) {
  const char *begin = word.data(), *end = begin + word.size();
  if (word.size() >= 8) {
    for (; begin + 8 < end; begin += 8)
      use(numberAt<uint64_t>(begin));
    use(numberAt<uint64_t>(end - 8));
  } else if (word.size() >= 4) {
    use(uint64_t(numberAt<uint32_t>(begin)) << 32 | numberAt<uint32_t>(end - 4));
  } else if (!word.empty()) {
    use(uint64_t(uint8_t(begin[0])) << 16 | uint64_t(uint8_t(begin[word.size() / 2])) << 8 |
        uint8_t(end[-1]));
  }
}

uint64_t hashOf(std::string_view word) {
  constexpr uint64_t factor = 0x9e3779b97f4a7c15;
  uint64_t hash = word.size() * factor;
  forEachNumber(word, [&](uint64_t part) {
    hash = (hash ^ part) * factor;
    hash ^= hash >> 32;
  });
  // The last bytes of a part have come to the upper bits alone, and places go by the lowest.
  hash *= factor;
  return hash ^ hash >> 32;
}

uint16_t tagOf(uint64_t hash) {
  return uint16_t(hash >> 48) | 1;
}

/// Of one size.
bool areEqual(std::string_view left, const char *right) {
  const char *begin = left.data(), *end = begin + left.size(), *rightEnd = right + left.size();
  if (left.size() < 8)
    return std::equal(begin, end, right);
  for (; begin + 8 < end; begin += 8, right += 8)
    if (numberAt<uint64_t>(begin) != numberAt<uint64_t>(right))
      return false;
  return numberAt<uint64_t>(end - 8) == numberAt<uint64_t>(rightEnd - 8);
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

WordCache::WordCache()
    : tags(new std::atomic<uint16_t>[placeCount]()),
      entries(new std::atomic<const Entry *>[placeCount]()) {}

WordCache::~WordCache() {
  for (size_t place = 0; place < placeCount; ++place)
    ::operator delete(const_cast<Entry *>(entries[place].load(std::memory_order_relaxed)));
}

std::optional<std::span<const int32_t>> WordCache::find(std::string_view word) const {
  if (word.size() > longestWord)
    return std::nullopt;
  const uint64_t hash = hashOf(word);
  for (size_t probe = 0; probe < placesOfAWord; ++probe) {
    const size_t place = (hash + probe) % placeCount;
    const uint16_t tag = tags[place].load(std::memory_order_acquire);
    if (tag == 0)
      break;
    if (tag != tagOf(hash))
      continue;
    const Entry *entry = entries[place].load(std::memory_order_relaxed);
    if (entry->hash == uint32_t(hash >> 32) && entry->length == word.size() &&
        areEqual(word, entry->word()))
      return std::span(entry->values(), entry->count);
  }
  return std::nullopt;
}

void WordCache::insert(std::string_view word, std::span<const int32_t> values) const {
  if (word.size() > longestWord || values.size() > mostValues)
    return;
  uint64_t hash = hashOf(word);
  for (size_t probe = 0; probe < placesOfAWord; ++probe) {
    const size_t place = (hash + probe) % placeCount;
    if (entries[place].load(std::memory_order_relaxed))
      continue;
    size_t size = sizeof(Entry) + values.size() * sizeof(int32_t) + word.size();
    auto *entry = new (::operator new(size))
        Entry{uint32_t(hash >> 32), uint16_t(word.size()), uint16_t(values.size())};
    std::ranges::copy(values, entry->values());
    std::ranges::copy(word, entry->word());
    const Entry *expected = nullptr;
    if (entries[place].compare_exchange_strong(expected, entry, std::memory_order_relaxed))
      tags[place].store(tagOf(hash), std::memory_order_release);
    else
      ::operator delete(entry);
    return;
  }
}

} // namespace transept::text
