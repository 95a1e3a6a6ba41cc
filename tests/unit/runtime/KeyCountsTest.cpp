// SPDX-License-Identifier: Apache-2.0
//
// How many keys the rows of a sequence look at, beside a count one by one.

#include "transept/rows.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace transept::runtime {
namespace {

constexpr std::uint64_t kFarthest = INT64_MAX;

transept_launch attention(std::uint32_t keys, std::uint64_t before = kFarthest,
                          std::uint64_t behind = kFarthest) {
  transept_launch launch{};
  launch.keys = keys;
  launch.window = TRANSEPT_WINDOW(before, behind);
  return launch;
}

TEST(KeyCounts, AreThoseThatRowsSeeInTheirWindows) {
  for (std::uint32_t keys : {TRANSEPT_KEYS_UP_TO_ROW, TRANSEPT_KEYS_OF_SEQUENCE})
    for (std::uint64_t before : {0ul, 1ul, 3ul, 65534ul, kFarthest})
      for (std::uint64_t behind : {0ul, 2ul, 7ul, kFarthest})
        for (std::uint64_t past : {0u, 1u, 2u, 9u})
          for (std::uint64_t rows : {0u, 1u, 4u, 12u}) {
            std::uint64_t pairs = 0, first = past + rows, all = past + rows;
            for (std::uint64_t row = past; row < all; ++row)
              for (std::uint64_t key = 0; key < all; ++key) {
                bool isSeen = key <= row ? row - key <= before
                                         : keys == TRANSEPT_KEYS_OF_SEQUENCE && key - row <= behind;
                pairs += isSeen;
                first = isSeen ? std::min(first, key) : first;
              }
            KeyCounts counts = keyCounts(attention(keys, before, behind), past, rows);
            EXPECT_EQ(counts.pairs, pairs) << before << " " << behind << " " << past << " " << rows;
            EXPECT_EQ(counts.keys, rows == 0 ? std::min(past, before) : all - first);
          }
}

TEST(KeyCounts, OfASourceAreAllOfIt) {
  KeyCounts counts = keyCounts(attention(TRANSEPT_KEYS_OF_SOURCE), 17, 3);
  EXPECT_EQ(counts.keys, 17u);
  EXPECT_EQ(counts.pairs, 51u);
  EXPECT_EQ(keyCounts(attention(TRANSEPT_KEYS_NONE), 17, 3).pairs, 0u);
}

TEST(KeyCounts, OfLibrariesWithoutWindowsAreAllKeys) {
  transept_launch launch{};
  launch.keys = TRANSEPT_KEYS_OF_SEQUENCE;
  EXPECT_EQ(launch.window, TRANSEPT_WINDOW(kFarthest, kFarthest));
  EXPECT_EQ(keyCounts(launch, 10, 3).pairs, 39u);
}

} // namespace
} // namespace transept::runtime
