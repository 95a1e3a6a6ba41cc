// SPDX-License-Identifier: Apache-2.0
//
// What words became, for algorithms that look at nothing but the word: texts repeat theirs. It
// fills up and then stays as it is, so that any number of threads may use it without a lock.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_WORDCACHE_H
#define TRANSEPT_MEDIA_TOKENIZERS_WORDCACHE_H

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace transept::text {

/// At most 32768 words of 64 bytes: 2 to 3 MiB with usual ones, 20 MiB with the longest.
class WordCache {
public:
  static constexpr size_t longestWord = 64, mostValues = 128;

  WordCache();
  ~WordCache();
  WordCache(const WordCache &) = delete;

  /// Nothing where the word is not there. The view lives as long as the cache.
  std::optional<std::span<const int32_t>> find(std::string_view word) const;
  /// Keeps a word if there is room. Two threads with one word may both keep it.
  void insert(std::string_view word, std::span<const int32_t> values) const;

private:
  struct Entry;

  /// By place: a part of the hash, which is set behind the entry; 0 where there is none.
  std::unique_ptr<std::atomic<uint16_t>[]> tags;
  std::unique_ptr<std::atomic<const Entry *>[]> entries;
};

} // namespace transept::text

#endif
