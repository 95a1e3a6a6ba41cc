// SPDX-License-Identifier: Apache-2.0
//
// Byte-pair encoding: merges neighbouring symbols of a word, by rank. A heap of candidates over a
// linked list of symbols, so that a word of n symbols costs n log n.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BYTEPAIRS_H
#define TRANSEPT_MEDIA_TOKENIZERS_BYTEPAIRS_H

#include "media/tokenizers/Assets.h"
#include "media/tokenizers/Vocabulary.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace transept::text {

/// A part of a word: what it is, and its bytes behind those of the parts before it.
struct Symbol {
  int32_t id;
  uint32_t length;
};

class BytePairs {
public:
  /// What happens to a pair that a merge has made and that ranks below the merge: it has to wait
  /// until the rest of the merge's rank is done (the slow tokenizers), or it is next (the fast).
  enum class Order { WholeRank, OneByOne };

  explicit BytePairs(Order order) : order(order) {}

  /// A later merge of the same pair replaces the earlier one.
  void add(int32_t left, int32_t right, int32_t rank, int32_t merged);
  /// Negative ids are unknown symbols and never merge.
  void merge(std::vector<Symbol> &symbols) const;

private:
  struct Merge {
    int32_t rank, merged;
  };
  const Merge *find(int32_t left, int32_t right) const;

  Order order;
  std::unordered_map<uint64_t, Merge> merges;
};

/// Merges of merges.txt over texts. Symbols need not be in any vocabulary.
class TextPairs {
public:
  /// `wordEnd` is part of a word's last symbol, such as "</w>". Lines that are no pair are ignored.
  TextPairs(const Asset &merges, std::string wordEnd);
  /// Hands over the parts of a word of valid UTF-8, which are views of it.
  void split(std::string_view word, const std::function<void(std::string_view)> &add) const;
  /// Hands over the results of all merges.
  void forEachResult(const std::function<void(const std::string &)> &use) const;

private:
  int32_t intern(std::string_view text);

  BytePairs pairs{BytePairs::Order::WholeRank};
  TokenIds ids;
  std::vector<const std::string *> results;
  std::string wordEnd;
};

} // namespace transept::text

#endif
