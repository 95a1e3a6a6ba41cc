// SPDX-License-Identifier: Apache-2.0
//
// The heap of merges against the loop over all pairs that it stands for, on random merges, and the
// cases where the two orders of merging differ.

#include "media/tokenizers/BytePairs.h"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace transept::text {
namespace {

using Parts = std::vector<std::string>;
using Merges = std::vector<std::pair<std::string, std::string>>;

std::string fileOf(const Merges &merges) {
  std::string file = "#version: 0.2\n";
  for (const auto &[left, right] : merges)
    file += left + " " + right + "\n";
  return file;
}

Parts split(const std::string &file, const std::string &word, const std::string &wordEnd = "") {
  TextPairs pairs({"merges.txt", file}, wordEnd);
  Parts parts;
  pairs.split(word, [&](std::string_view part) { parts.emplace_back(part); });
  return parts;
}

/// The definition: merge all of the best pair from the left, as long as there is one.
Parts splitNaively(const Merges &merges, const std::string &word) {
  Parts parts;
  for (char c : word)
    parts.emplace_back(1, c);
  while (true) {
    auto best = merges.end();
    for (size_t index = 0; index + 1 < parts.size(); ++index)
      best = std::min(
          best, std::find(merges.begin(), merges.end(), std::pair(parts[index], parts[index + 1])));
    if (best == merges.end())
      return parts;
    for (size_t index = 0; index + 1 < parts.size(); ++index)
      if (parts[index] == best->first && parts[index + 1] == best->second) {
        parts[index] += parts[index + 1];
        parts.erase(parts.begin() + ptrdiff_t(index) + 1);
      }
  }
}

TEST(TextPairs, EqualTheDefinitionOnRandomMerges) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    // Results of merges come before what they are made of, too, which training never writes.
    Merges merges;
    Parts symbols = {"a", "b", "c"};
    for (int count = 0; count < 12; ++count) {
      std::pair merge(symbols[random() % symbols.size()], symbols[random() % symbols.size()]);
      if (merge.first.size() + merge.second.size() < 8 &&
          std::find(merges.begin(), merges.end(), merge) == merges.end()) {
        merges.push_back(merge);
        symbols.push_back(merge.first + merge.second);
      }
    }
    std::shuffle(merges.begin(), merges.end(), random);
    std::string word(random() % 20, 'a');
    for (char &c : word)
      c = char('a' + random() % 3);
    EXPECT_EQ(split(fileOf(merges), word), splitNaively(merges, word)) << word << "\n"
                                                                       << fileOf(merges);
  }
}

TEST(TextPairs, MergeRepeatedCharactersFromTheLeft) {
  EXPECT_EQ(split("#\na a\n", "aaaaa"), (Parts{"aa", "aa", "a"}));
  EXPECT_EQ(split("#\na a\naa aa\n", "aaaaa"), (Parts{"aaaa", "a"}));
}

TEST(TextPairs, IgnoreTheFirstLineBrokenLinesAndWhatFollowsTheLastNewline) {
  EXPECT_EQ(split("a b\nc d\n", "abcd"), (Parts{"a", "b", "cd"}));
  EXPECT_EQ(split("#\na b c\na\n\nb c\r\n", "abc"), (Parts{"a", "bc"}));
  EXPECT_EQ(split("#\na b", "ab"), (Parts{"a", "b"}));
  EXPECT_EQ(split("", "ab"), (Parts{"a", "b"}));
}

TEST(TextPairs, TakeTheLaterOfTwoRanksOfAPair) {
  EXPECT_EQ(split("#\na b\nb c\na b\n", "abc"), (Parts{"a", "bc"}));
}

TEST(TextPairs, CountTheWordEndAsPartOfTheLastCharacter) {
  EXPECT_EQ(split("#\na b</w>\n", "abab", "</w>"), (Parts{"a", "b", "ab"}));
  EXPECT_EQ(split("#\na b\n", "ab", "</w>"), (Parts{"a", "b"}));
}

TEST(TextPairs, KeepCharactersOfSeveralBytesWhole) {
  EXPECT_EQ(split("#\nä ö\n", "äöß"), (Parts{"äö", "ß"}));
}

TEST(TextPairs, TakeAWordOfAMillionCharacters) {
  std::string file = "#\n";
  for (std::string symbol = "a"; symbol.size() < 2048; symbol += symbol)
    file += symbol + " " + symbol + "\n";
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(split(file, std::string(1 << 20, 'a')).size(), (1 << 20) / 2048u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
}

TEST(BytePairs, OrdersDifferWhereAMergeMakesABetterPair) {
  // x = ab (rank 1), y = xc (rank 0). In "ababc" both ab merge before y, or y follows at once.
  enum { a, b, c, x, y, z };
  for (auto order : {BytePairs::Order::WholeRank, BytePairs::Order::OneByOne}) {
    BytePairs pairs(order);
    pairs.set({{a, b, 1, x}, {x, a, 0, z}});
    std::vector<Symbol> symbols;
    for (int32_t id : {a, b, a, b})
      symbols.push_back({id, 1});
    pairs.merge(symbols);
    std::vector<int32_t> ids;
    for (const Symbol &symbol : symbols)
      ids.push_back(symbol.id);
    EXPECT_EQ(ids, order == BytePairs::Order::WholeRank ? (std::vector<int32_t>{x, x})
                                                        : (std::vector<int32_t>{z, b}));
  }
}

TEST(BytePairs, NeverMergesUnknownSymbols) {
  BytePairs pairs(BytePairs::Order::OneByOne);
  pairs.set({{-1, -1, 0, 7}});
  std::vector<Symbol> symbols = {{-1, 1}, {-1, 1}};
  pairs.merge(symbols);
  EXPECT_EQ(symbols.size(), 2u);
}

} // namespace
} // namespace transept::text
