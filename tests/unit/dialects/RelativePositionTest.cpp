// SPDX-License-Identifier: Apache-2.0
//
// The buckets of Hugging Face's T5: where each begins, for the sizes that its checkpoints have.

#include "dialects/Transept/RelativePosition.h"

#include "gmock/gmock.h"

#include <vector>

using namespace transept;
using testing::ElementsAre;

namespace {

/// The distances at which a new bucket begins, going from `step` away from 0 up to 300.
std::vector<int64_t> bucketBegins(const RelativePositionBuckets &buckets, int64_t step) {
  std::vector<int64_t> begins;
  int64_t last = relativePositionBucket(0, buckets);
  for (int64_t distance = 1; distance <= 300; ++distance) {
    int64_t bucket = relativePositionBucket(step * distance, buckets);
    if (bucket != last)
      begins.push_back(distance);
    last = bucket;
  }
  return begins;
}

TEST(RelativePosition, BidirectionalHalvesTheBuckets) {
  const RelativePositionBuckets encoder = {
      .count = 32, .maximumDistance = 128, .isBidirectional = true};
  EXPECT_THAT(bucketBegins(encoder, -1),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91));
  EXPECT_EQ(bucketBegins(encoder, 1), bucketBegins(encoder, -1));
  EXPECT_EQ(relativePositionBucket(0, encoder), 0);
  EXPECT_EQ(relativePositionBucket(-300, encoder), 15);
  EXPECT_EQ(relativePositionBucket(1, encoder), 17);
  EXPECT_EQ(relativePositionBucket(300, encoder), 31);
}

TEST(RelativePosition, UnidirectionalPutsKeysAheadIntoBucketZero) {
  const RelativePositionBuckets decoder = {
      .count = 32, .maximumDistance = 128, .isBidirectional = false};
  EXPECT_THAT(bucketBegins(decoder, -1),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31,
                          35, 40, 46, 52, 59, 67, 77, 87, 99, 113));
  EXPECT_EQ(relativePositionBucket(-300, decoder), 31);
  EXPECT_EQ(relativePositionBucket(5, decoder), 0);
}

} // namespace
