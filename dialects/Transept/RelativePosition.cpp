// SPDX-License-Identifier: Apache-2.0
//
// The buckets of relative_position_bias (Hugging Face transformers,
// _relative_position_bucket; Raffel et al. 2020, section 2.1).

#include "dialects/Transept/RelativePosition.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

int64_t transept::relativePositionBucket(int64_t keyMinusQuery,
                                         const RelativePositionBuckets &buckets) {
  int64_t count = buckets.count;
  int64_t base = 0;
  int64_t distance = 0;
  if (buckets.isBidirectional) {
    count /= 2;
    base = keyMinusQuery > 0 ? count : 0;
    distance = std::abs(keyMinusQuery);
  } else {
    distance = std::max<int64_t>(-keyMinusQuery, 0);
  }

  int64_t exact = count / 2;
  if (distance < exact)
    return base + distance;
  // Dividing and multiplying in f32, in this order, is what the reference rounds like.
  float ratio = std::log(float(distance) / float(exact)) /
                float(std::log(double(buckets.maximumDistance) / double(exact)));
  int64_t logarithmic = exact + int64_t(ratio * float(count - exact));
  return base + std::min(logarithmic, count - 1);
}
