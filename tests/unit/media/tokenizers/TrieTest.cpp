// SPDX-License-Identifier: Apache-2.0
//
// The trie against a map, on random texts, and what becomes of look-ups in damaged bytes.

#include "media/tokenizers/Trie.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>

namespace transept::text {
namespace {

using Texts = std::map<std::string, int32_t>;

/// Few letters, so that many are beginnings of others; all bytes now and then.
std::string randomText(std::mt19937 &random) {
  std::string text;
  for (size_t count = random() % 9; count-- > 0;)
    text += random() % 4 ? char('a' + random() % 3) : char(random() % 256);
  return text;
}

Trie trieOf(const Texts &texts) {
  return Trie({texts.begin(), texts.end()});
}

TEST(Trie, FindsTheTextsThatAnotherBeginsWith) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    Texts texts;
    for (int count = 0; count < 2000; ++count)
      if (std::string text = randomText(random); !text.empty())
        texts.emplace(text, int32_t(random() % Trie::idLimit));
    const Trie trie = trieOf(texts), view(trie.bytes());
    for (int count = 0; count < 2000; ++count) {
      std::string text = randomText(random);
      Texts expected, found;
      for (size_t length = 1; length <= text.size(); ++length)
        if (auto known = texts.find(text.substr(0, length)); known != texts.end())
          expected.insert(*known);
      view.find(text, [&](size_t length, int32_t id) { found[text.substr(0, length)] = id; });
      ASSERT_EQ(found, expected);
      ASSERT_EQ(trie.idOf(text), texts.contains(text) ? texts.at(text) : -1);
    }
  }
}

TEST(Trie, TakesTheFirstOfEqualTextsAndIgnoresEmptyOnes) {
  const Trie trie({{"a", 3}, {"", 1}, {"a", 2}});
  EXPECT_EQ(trie.idOf("a"), 3);
  EXPECT_EQ(trie.idOf(""), -1);
  EXPECT_EQ(Trie().idOf("a"), -1);
}

TEST(Trie, StaysInsideOfDamagedBytes) {
  std::mt19937 random(6);
  Texts texts;
  for (int count = 0; count < 500; ++count)
    texts.emplace(randomText(random), count);
  const std::string bytes(trieOf(texts).bytes());
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes.substr(0, random() % (bytes.size() + 1));
    for (int count = 0; count < 50 && !damaged.empty(); ++count)
      damaged[random() % damaged.size()] = char(random());
    // In memory of its own, so that a sanitizer sees a read behind it.
    const std::vector<char> exact(damaged.begin(), damaged.end());
    const Trie trie(std::string_view(exact.data(), exact.size()));
    for (int count = 0; count < 100; ++count)
      EXPECT_LE(trie.idOf(randomText(random)), Trie::idLimit);
  }
}

} // namespace
} // namespace transept::text
