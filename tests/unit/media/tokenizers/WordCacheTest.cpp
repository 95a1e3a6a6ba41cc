// SPDX-License-Identifier: Apache-2.0
//
// What is found is what was put in, also by several threads at once, and there is an end to it.

#include "media/tokenizers/WordCache.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace transept::text {
namespace {

using Values = std::vector<int32_t>;

/// What a word becomes in these tests.
Values valuesOf(const std::string &word) {
  return {int32_t(word.size()), int32_t(std::hash<std::string>()(word) & 0xffff)};
}

TEST(WordCache, FindsWhatIsThereFromAnyThread) {
  const WordCache cache;
  auto work = [&](int) {
    for (int round = 0; round < 3; ++round)
      for (int number = 0; number < 60'000; ++number) {
        std::string word = "word" + std::to_string(number);
        if (auto found = cache.find(word))
          EXPECT_EQ(Values(found->begin(), found->end()), valuesOf(word));
        else
          cache.insert(word, valuesOf(word));
      }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back(work, thread);
  for (std::thread &each : threads)
    each.join();
  int known = 0;
  for (int number = 0; number < 60'000; ++number)
    known += cache.find("word" + std::to_string(number)).has_value();
  EXPECT_GT(known, 24'000); // most places are taken
  EXPECT_LE(known, 32'768);
}

TEST(WordCache, FindsWordsWhosePlaceWasTaken) {
  const WordCache cache;
  // Few enough that each has a place, and enough that some want the same.
  for (int number = 0; number < 700; ++number) {
    std::string word = "word" + std::to_string(number);
    cache.insert(word, valuesOf(word));
    ASSERT_TRUE(cache.find(word)) << word;
  }
}

TEST(WordCache, LeavesOutLongWordsAndKeepsWordsOfNothing) {
  const WordCache cache;
  const std::string longWord(WordCache::longestWord + 1, 'a');
  cache.insert(longWord, Values{1});
  EXPECT_FALSE(cache.find(longWord));
  cache.insert("many", Values(WordCache::mostValues + 1, 1));
  EXPECT_FALSE(cache.find("many"));
  cache.insert("none", Values{});
  ASSERT_TRUE(cache.find("none"));
  EXPECT_TRUE(cache.find("none")->empty());
}

} // namespace
} // namespace transept::text
